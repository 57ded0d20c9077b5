import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { NONCE_PLACE, WINDOW_PAGES } from './src/window-api/bridge.ts';
import { NATIVE, out, SSH_OPTIONS, target } from './targets.config.ts';

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
        external: [...NATIVE, ...SSH_OPTIONS],
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
    plugins: [react()],
    // Whoever serves the page puts a nonce of its own in this place, and into the policy; see src/app/pageHeaders.ts.
    html: { cspNonce: NONCE_PLACE },
    build: {
      outDir: `${out}/renderer`,
      target: target.chrome,
      // Head office's window has a page of its own, so that it loads nothing of a branch's.
      rolldownOptions: { input: WINDOW_PAGES.map((page) => resolve('src/renderer', page)) },
      minify: true,
      // The content security policy allows no data: address.
      assetsInlineLimit: 0,
    },
  },
});
