/** How editors save: in place, by putting another file there, and whole folders at once. */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchPolicies } from '../../src/rules/watch-folder.js';

let dir: string;
let heard: (string | null)[];
let close: () => void;
const file = (name: string): string => path.join(dir, name);
const faults: unknown[] = [];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'polywarden-watch-'));
  await mkdir(file('regions'));
  await writeFile(file('regions/de.yaml'), 'id: de\n');
  heard = [];
  close = watchPolicies(dir, { onEvent: (name) => heard.push(name), onError: (error) => faults.push(error) });
});
afterEach(async () => {
  close();
  await rm(dir, { recursive: true, force: true });
  expect(faults).toEqual([]);
});

async function hearsOf(name: string, act: () => Promise<void>): Promise<void> {
  heard.length = 0;
  await act();
  await expect.poll(() => heard, { timeout: 3_000 }).toContain(name);
}

test('a file that was replaced is heard of when it is written again in its place', async () => {
  await hearsOf('de.yaml', async () => {
    await writeFile(file('regions/de.new'), 'id: fr\n');
    await rename(file('regions/de.new'), file('regions/de.yaml'));
  });
  await hearsOf('de.yaml', () => writeFile(file('regions/de.yaml'), 'id: de\n'));
});

test('a folder that comes later, or is replaced, is heard of', async () => {
  await hearsOf('terms', () => mkdir(file('terms')));
  await hearsOf('de.yaml', () => writeFile(file('terms/de.yaml'), 'language: de\n'));
  await rm(file('terms'), { recursive: true });
  await hearsOf('terms', () => mkdir(file('terms')));
  await hearsOf('de.yaml', () => writeFile(file('terms/de.yaml'), 'language: de\n'));
});

test('a file of the folder itself is heard of, and nothing after the end', async () => {
  await hearsOf('global.yaml', () => writeFile(file('global.yaml'), 'id: global\n'));
  close();
  heard.length = 0;
  await writeFile(file('regions/de.yaml'), 'id: de\n');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(heard).toEqual([]);
});
