import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { packed, stylesOfParts } from './vite-plugins.js';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), stylesOfParts(), packed()],
  build: {
    outDir: path.join(import.meta.dirname, '../../dist/dashboard'),
    emptyOutDir: true,
    // An inlined asset would be a data: URL, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080', '/auth': 'http://127.0.0.1:8080' } },
});
