import { defineConfig } from 'vite';
import { NATIVE, out, target } from './targets.config.ts';

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
  ssr: { noExternal: INSIDE, external: ['pg-native', ...NATIVE] },
  build: {
    ssr: 'src/cli/branchline.ts',
    outDir: `${out}/cli`,
    target: target.cli,
    minify: false,
    rolldownOptions: {
      // Not ESM: Electron, which runs it in a package, can import from inside its archive only since 28.
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
    },
  },
});
