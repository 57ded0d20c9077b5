import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';

/**
 * What is built for. `electron45` is what ships. `electron25` is for tests on a real Electron in places
 * that can only get that old one: the same sources with the same settings, in older syntax.
 */
const TARGETS = {
  electron45: { node: 'node24.18', chrome: 'chrome152' },
  electron25: { node: 'node18.15', chrome: 'chrome114' },
} as const;

const target = chosenTarget(process.env.BRANCHLINE_BUILD_TARGET ?? 'electron45');

/** Inside the checkout, so that better-sqlite3 is found from there. */
const out = process.env.BRANCHLINE_BUILD_OUT ?? 'out';

export default defineConfig({
  main: {
    plugins: [
      {
        name: 'tray-icons',
        closeBundle: () => {
          for (const folder of ['linux', 'mac', 'windows'])
            cpSync(`resources/tray/${folder}`, `${out}/main/tray/${folder}`, { recursive: true });
        },
      },
    ],
    build: {
      outDir: `${out}/main`,
      target: target.node,
      // All but what is native goes into the bundle: packages that are ESM alone could not be required.
      externalizeDeps: false,
      rolldownOptions: {
        input: resolve('src/main/main.ts'),
        external: ['better-sqlite3', '@napi-rs/keyring'],
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
      },
    },
  },
  preload: {
    build: {
      outDir: `${out}/preload`,
      target: target.node,
      // A sandboxed preload can require nothing but electron.
      externalizeDeps: false,
      rolldownOptions: {
        input: resolve('src/preload/preload.ts'),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    build: {
      outDir: `${out}/renderer`,
      target: target.chrome,
      minify: true,
      // The content security policy allows no data: address.
      assetsInlineLimit: 0,
    },
  },
});

function chosenTarget(name: string): (typeof TARGETS)[keyof typeof TARGETS] {
  if (name === 'electron45' || name === 'electron25') return TARGETS[name];
  throw new Error(`BRANCHLINE_BUILD_TARGET is "${name}"; known are ${Object.keys(TARGETS).join(', ')}`);
}
