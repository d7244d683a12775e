/** Global set-up of the project `browser`: servers, and the dashboard built from the sources as they are. */

import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import startServices from '../../support/services.js';

declare module 'vitest' {
  interface ProvidedContext {
    dashboardDir: string;
  }
}
const ROOT = path.resolve(import.meta.dirname, '../../../src/dashboard');

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const closeServices = await startServices(project);
  const dir = await mkdtemp(path.join(tmpdir(), 'polywarden-dashboard-'));
  await buildAsShipped(dir);
  project.provide('dashboardDir', dir);
  await printSizes(path.join(dir, 'assets'));
  return async () => {
    await closeServices();
    await rm(dir, { recursive: true, force: true });
  };
}

/** The test runner says NODE_ENV=test, which would build React's slow half. */
async function buildAsShipped(outDir: string): Promise<void> {
  const kept = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    const configFile = path.join(ROOT, 'vite.config.ts');
    await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  } finally {
    process.env['NODE_ENV'] = kept;
  }
}

async function printSizes(assets: string): Promise<void> {
  const files = (await readdir(assets)).map((name) => path.join(assets, name));
  const kib = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;
  const sum = async (names: readonly string[]): Promise<number> =>
    (await Promise.all(names.map((name) => stat(name)))).reduce((all, { size }) => all + size, 0);
  const packed = (names: readonly string[]): number =>
    names.reduce((all, name) => all + gzipSync(readFileSync(name)).length, 0);
  for (const kind of ['.js', '.css']) {
    const names = files.filter((name) => name.endsWith(kind));
    console.log(`bundle ${kind}: ${kib(await sum(names))}, ${kib(packed(names))} gzip, ${names.length} files`);
  }
  // Pages, languages, charts and the editor are loaded when they are opened.
  const html = readFileSync(path.join(assets, '../index.html'), 'utf8');
  const first = files.filter((name) => html.includes(path.basename(name)));
  console.log(`first load: ${kib(await sum(first))}, ${kib(packed(first))} gzip, ${first.length} files`);
}
