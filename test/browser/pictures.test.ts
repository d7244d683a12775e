/** A case with a picture: our copy of it, blurred and grey; what was read on it, where it stands; who made it visible. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import { composeImages, type Images } from '../../src/compose/images.js';
import { readConfig } from '../../src/config.js';
import type { OcrReading } from '../../src/domain.js';
import { indexHashes } from '../../src/stages/images/hash-index.js';
import { pdqOf } from '../../src/stages/images/pdq/pdq.js';
import { bundleWorker } from '../support/worker-process.js';
import { axeFaults, type Browser, openBrowser, type Page } from './support/browser.js';
import { type Desk, openDesk, sit } from './support/desk.js';

const PICTURES = path.resolve(import.meta.dirname, '../../screenshots');
const WIDTH = 640;
const LINES = [
  { text: 'Spring sale at the pier', top: 60 },
  { text: 'Guaranteed returns, zero risk', top: 130 },
];
const SIZE = 34;

let browser: Browser;
let desk: Desk;
let images: Images;
let decoder: Awaited<ReturnType<typeof bundleWorker>>;
let folder = '';

/** What a reader of words would say of the drawing below: each word with its box. */
function wordsOf(scale: number): OcrReading {
  const text = LINES.map((line) => line.text).join('\n');
  const words = LINES.flatMap(({ text: line, top }) =>
    [...line.matchAll(/\S+/g)].map(({ 0: word, index }) => {
      const start = text.indexOf(line) + index;
      const box = { left: 40 + index * 17, top: top - SIZE, width: word.length * 17, height: SIZE + 8 };
      const scaled = Object.fromEntries(Object.entries(box).map(([side, px]) => [side, px * scale])) as typeof box;
      return { box: scaled, confidence: 0.9, span: { start, end: start + word.length } };
    }),
  );
  return { text, words, confidence: 0.9, languages: ['eng'] };
}

async function drawing(): Promise<Buffer> {
  const file = createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm');
  const wasm = await readFile(file);
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength);
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  const { image } = await writeBarcode('https://wa.me/15550100123', { format: 'QRCode', scale: 4 });
  if (image === null) throw new Error('no code was drawn');
  const code = await sharp(Buffer.from(await image.arrayBuffer()))
    .resize(170, 170, { kernel: 'nearest' })
    .flatten({ background: '#fff' })
    .png()
    .toBuffer();
  const lines = LINES.map(
    ({ text, top }) =>
      `<text x="40" y="${top}" font-family="DejaVu Sans Mono" font-size="28" textLength="${text.length * 17}" fill="#7a1f3d">${text}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="400"><rect width="100%" height="100%" fill="#f6d9a8"/><circle cx="120" cy="300" r="80" fill="#c2543a"/><circle cx="250" cy="290" r="50" fill="#2e6f8e"/>${lines.join('')}</svg>`;
  return sharp(Buffer.from(svg))
    .composite([{ input: code, left: 430, top: 200 }])
    .png()
    .toBuffer();
}

async function hashOf(png: Buffer): Promise<string> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return pdqOf({ width: info.width, height: info.height, rgb: data }).pdq;
}

let png: Buffer;
beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  folder = await mkdtemp(path.join(tmpdir(), 'polywarden-pictures-'));
  decoder = await bundleWorker(path.resolve('src/adapters/images/decode-child.ts'));
  png = await drawing();
  const { readers, ...rest } = composeImages(readConfig({ DATA_DIR: folder, IMAGE_MODEL: 'off' }), decoder.script);
  const bank = indexHashes([
    {
      entryId: 'hash_1',
      bank: 'sale-banners',
      pdq: await hashOf(png),
      category: 'fraud.scam',
      severity: 3,
      benign: false,
    },
  ]);
  const text = { read: async () => wordsOf(1), close: async () => undefined };
  images = { ...rest, bank, readers: { ...readers, text } };
  [browser, desk] = await Promise.all([openBrowser(), openDesk({}, 0, { images })]);
});
afterAll(async () => {
  await browser?.close();
  await desk?.close();
  await images?.close();
  await decoder?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Asked again from here: the content security policy lets no page evaluate text. What is below the fold loads once it is near. */
async function loaded(page: Page): Promise<void> {
  await page.locator('.frame').scrollIntoViewIfNeeded();
  await expect
    .poll(() => page.evaluate('document.querySelector(".frame img")?.naturalWidth ?? 0'), { timeout: 15_000 })
    .toBeGreaterThan(0);
}

interface Row {
  readonly id: string;
}

it('is blurred and grey until asked for by button or key; words, code and bank stand beside it; the audit has who looked', async () => {
  await desk.submit([
    {
      externalId: 'pier-1',
      title: 'At the pier',
      body: 'Come and see us.',
      author: { id: 'pier' },
      regions: ['us'],
      images: [{ data: png.toString('base64') }],
    },
  ]);
  const who = await desk.person('admin', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  const queue = await desk.ask<{ items: Row[] }>(who, 'GET', '/v1/cases?status=open');
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases/${queue.body.items[0]?.id}`);
  const frame = page.locator('.frame');
  await frame.locator('img').waitFor();
  await loaded(page);
  expect(await frame.getAttribute('data-blur')).toBe('true');
  expect(await frame.getAttribute('data-grey')).toBe('true');
  expect(await page.evaluate('getComputedStyle(document.querySelector(".frame img")).filter')).toContain(
    'grayscale(1)',
  );
  expect(await frame.locator('img').getAttribute('src')).toMatch(/^\/v1\/notes\/[^/]+\/images\/0\?revision=1$/);
  expect(await frame.locator('svg text').allTextContents()).toContain('Guaranteed');
  expect(await frame.locator('[data-hit="true"] text').allTextContents()).toContain('Guaranteed');
  expect(await frame.locator('[data-hit="true"] text').allTextContents()).not.toContain('Spring');
  expect(await frame.locator('rect.code').count()).toBe(1);
  const picture = page.locator('.picture');
  expect(await picture.textContent()).toContain('sale-banners/hash_1 distance 0 of 256');
  expect(await picture.textContent()).toContain('https://wa.me/15550100123');
  await page.screenshot({ path: path.join(PICTURES, 'case-picture-hidden.png'), fullPage: true });

  const told = page.waitForResponse((response) => response.url().endsWith('/unblurred'));
  await page.keyboard.down('b');
  expect((await told).status()).toBe(204);
  expect(await frame.getAttribute('data-blur')).toBe('false');
  await page.keyboard.up('b');
  await page.locator('.frame[data-blur="true"]').waitFor();
  await picture.getByRole('button').click();
  await page.locator('.frame[data-blur="false"]').waitFor();
  await page.screenshot({ path: path.join(PICTURES, 'case-picture-shown.png'), fullPage: true });
  expect(await axeFaults(page)).toEqual([]);

  type Line = { verb: string; actor: { id: string }; detail: { image: number } };
  const audit = await desk.ask<{ items: Line[] }>(who, 'GET', '/v1/audit?verb=case.unblurred');
  expect(audit.body.items.map(({ actor, detail }) => [actor.id, detail.image])).toEqual([[who.id, 0]]);
  expect(wrongs).toEqual([]);
  await close();
});

it('is seen while the pointer rests on it, not when it passes or when the page moves under it; that is recorded too', async () => {
  await desk.submit([
    {
      externalId: 'pier-3',
      title: 'At the pier once more',
      body: 'Bring a friend.',
      author: { id: 'pier' },
      regions: ['us'],
      images: [{ data: png.toString('base64') }],
    },
  ]);
  const who = await desk.person('senior');
  const caseId = await desk.report('pier-3', 'Look at this one too.');
  const { page, wrongs, close } = await sit(browser, desk, who);
  const told: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/unblurred')) told.push(request.url());
  });
  await page.goto(`${desk.url}/cases/${caseId}`);
  await loaded(page);
  const frame = page.locator('.frame');
  const box = await frame.boundingBox();
  if (box === null) throw new Error('the picture has no place');
  // In passing.
  await page.mouse.move(box.x - 5, box.y + 20);
  await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 4 });
  await page.mouse.move(box.x + box.width + 30, box.y + 20, { steps: 4 });
  await page.waitForTimeout(600);
  expect(await frame.getAttribute('data-blur')).toBe('true');
  expect(told).toEqual([]);
  const answered = page.waitForResponse((response) => response.url().endsWith('/unblurred'));
  await page.mouse.move(box.x + box.width / 2, box.y + 30, { steps: 4 });
  await page.locator('.frame[data-blur="false"]').waitFor();
  expect((await answered).status()).toBe(204);
  // The frame may still be growing when the pointer leaves its first place.
  await page.mouse.move(2, 2, { steps: 4 });
  await page.locator('.frame[data-blur="true"]').waitFor();
  // Switched off for a person, it does nothing.
  await page.goto(`${desk.url}/settings`);
  const saved = page.waitForResponse((response) => response.url().endsWith('/v1/preferences') && response.ok());
  await page.getByLabel('Show a picture while the pointer rests on it').click();
  await saved;
  await page.goto(`${desk.url}/cases/${caseId}`);
  await loaded(page);
  const place = await frame.boundingBox();
  if (place === null) throw new Error('the picture has no place');
  await page.mouse.move(place.x + place.width / 2, place.y + 30, { steps: 4 });
  await page.waitForTimeout(600);
  expect(await frame.getAttribute('data-blur')).toBe('true');
  expect(told.length).toBe(1);
  expect(wrongs).toEqual([]);
  await close();
});

it('scrolls in its frame when it is long, large enough to be read', async () => {
  const long = await readFile(path.resolve('fixtures/images/long-zh-hans.png'));
  await desk.submit([
    {
      externalId: 'recipe-1',
      title: 'A recipe',
      body: 'Noodles for four.',
      author: { id: 'cook' },
      regions: ['us'],
      images: [{ data: long.toString('base64') }],
    },
  ]);
  const who = await desk.person('senior');
  const caseId = await desk.report('recipe-1', 'Look at the end of it.');
  const { page, wrongs, close } = await sit(browser, desk, who);
  await page.goto(`${desk.url}/cases/${caseId}`);
  await loaded(page);
  const [seen, whole, wide] = (await page.evaluate(`(() => {
    const pane = document.querySelector('.pane');
    return [pane.clientHeight, pane.scrollHeight, document.querySelector('.frame img').naturalWidth];
  })()`)) as number[];
  expect(seen).toBeLessThanOrEqual(page.viewportSize()?.height ?? 0);
  expect(whole).toBeGreaterThan((seen ?? 0) * 4);
  expect(wide).toBe(512);
  await page.locator('.pane').focus();
  await page.keyboard.press('End');
  await expect.poll(() => page.evaluate('document.querySelector(".pane").scrollTop')).toBeGreaterThan(1_000);
  await page.screenshot({ path: path.join(PICTURES, 'case-picture-long.png') });
  expect(await axeFaults(page)).toEqual([]);
  expect(wrongs).toEqual([]);
  await close();
});

it('says so when the copy is no longer there', async () => {
  await desk.submit([
    {
      externalId: 'pier-2',
      title: 'At the pier again',
      body: '',
      author: { id: 'pier' },
      regions: ['us'],
      images: [{ data: png.toString('base64') }],
    },
  ]);
  const who = await desk.person('senior');
  const { page, close } = await sit(browser, desk, who);
  await page.route('**/images/0?*', (route) => route.fulfill({ status: 404, body: '' }));
  const caseId = await desk.report('pier-2', 'Look at this one.');
  await page.goto(`${desk.url}/cases/${caseId}`);
  await page.getByText('There is no safe copy of this picture.').waitFor();
  expect(await page.locator('.picture button').count()).toBe(0);
  await close();
});
