import { defineConfig } from 'vite';

/** The command line's bundle. Electron's three are in electron.vite.config.ts. */
export default defineConfig({
  publicDir: false,
  build: {
    // What node_modules holds stays outside: it is installed anyway, and native parts cannot be bundled.
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
