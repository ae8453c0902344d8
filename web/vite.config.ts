import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * All addresses are relative, so that the page can be served below any path of a reverse proxy. One page, one script, no inlining: the server's Content-Security-Policy allows nothing but its own files, so no
 * asset may become a `data:` address and no script may stand in the HTML.
 */
export default defineConfig({
  root,
  base: './',
  plugins: [svelte({ configFile: `${root}svelte.config.js` })],
  resolve: { conditions: ['@contrail/source', 'browser', 'module', 'import', 'default'] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npm run -w web dev` beside a running dashboard (or test/fake-server.ts) on its default port.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8501', ws: true } } },
});
