/** Runs the embedded servers on the folder given, as `npm start` does: the first SIGINT closes, a second one ends. */
import path from 'node:path';
import { createServer } from 'vite';

const root = path.resolve(import.meta.dirname, '../..');
// Only to read TypeScript: it listens nowhere and watches nothing.
const vite = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, ws: false, watch: null },
});
const { startServices } = await vite.ssrLoadModule('/src/adapters/services-embedded.ts');
const { readConfig } = await vite.ssrLoadModule('/src/config.ts');

const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
const services = await startServices(readConfig({ DATA_DIR: process.argv[2] }), log);
let signals = 0;
process.on('SIGINT', () => {
  signals += 1;
  if (signals > 1) process.exit(130);
  services.close().then(() => process.exit(0));
});
process.send?.('ready');
