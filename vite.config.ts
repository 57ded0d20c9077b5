import { defineConfig } from 'vite';

/**
 * Packages that every command loads, and what they load. Read from `node_modules` they are more than
 * 200 files, and finding those takes a quarter of a command's start. All others stay outside, among them whatever
 * has native parts, which cannot be bundled.
 */
const INSIDE = [
  /^(commander|fastest-levenshtein|i18next|picocolors|zod)$/,
  /^(string-width|get-east-asian-width|strip-ansi|ansi-regex)$/,
  /^(pg|pg-[a-z0-9-]+|pgpass|postgres-[a-z]+|split2|xtend)$/,
];

/** The command line's bundle. Electron's three are in electron.vite.config.ts. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: INSIDE, external: ['pg-native', '@napi-rs/keyring'] },
  build: {
    ssr: 'src/cli/branchline.ts',
    outDir: 'out/cli',
    // The oldest Node on which bin/branchline.js starts it in its own process.
    target: 'node22',
    minify: false,
    rolldownOptions: {
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
