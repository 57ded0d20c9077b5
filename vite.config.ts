import { defineConfig } from 'vite';
import { NATIVE, out, SSH_OPTIONS, target } from './targets.config.ts';

/** The command line's bundle. Electron's three are in electron.vite.config.ts. */
export default defineConfig({
  publicDir: false,
  // All that can be is inside. Read from `node_modules`, what every command loads alone is more than 200 files,
  // and finding those takes a quarter of its start. `pg-native` is an option of pg that is not installed.
  ssr: { noExternal: true, external: ['pg-native', ...NATIVE] },
  build: {
    ssr: 'src/cli/branchline.ts',
    outDir: `${out}/cli`,
    target: target.cli,
    rolldownOptions: {
      external: SSH_OPTIONS,
      // Not ESM: Electron, which runs it in a package, can import from inside its archive only since 28.
      output: {
        format: 'cjs',
        entryFileNames: '[name].cjs',
        chunkFileNames: 'chunks/[name]-[hash].cjs',
        // Every command reads all of it. Names stay, for the stacks in the log.
        minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
      },
    },
  },
});
