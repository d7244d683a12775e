/** What people wrote comes out again in a browser, on a terminal, in logs and as JSON lines: it is text there and stays text. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openBrowser, type Page } from '../browser/support/browser.js';
import { type Desk, openDesk, sit } from '../browser/support/desk.js';
import { row } from './support/row.js';

const HIT = 'globalThis.hit=1';
/** One way each: element, attribute, address, style, template, broken quoting, broken nesting, entity. */
const SCRIPTS = [
  `<script>${HIT}</script>`,
  `<img src=x onerror="${HIT}">`,
  `<svg onload="${HIT}">`,
  `<svg><script>${HIT}</script></svg>`,
  `"><img src=x onerror=${HIT}>`,
  `'-(${HIT})-'`,
  `javascript:${HIT}`,
  `<a href="javascript:${HIT}">a</a>`,
  `<iframe srcdoc="<script>parent.${HIT}</script>">`,
  `<details open ontoggle="${HIT}">`,
  `<body onload=${HIT}>`,
  `<input autofocus onfocus=${HIT}>`,
  `<math><mtext></mtext><mglyph><style><img src=x onerror=${HIT}>`,
  `<!--><img src=x onerror=${HIT}>-->`,
  `{{constructor.constructor('${HIT}')()}}`,
  `\${${HIT}}`,
  `&lt;img src=x onerror=${HIT}&gt;`,
  `<style>@import 'javascript:${HIT}';</style>`,
  `<meta http-equiv="refresh" content="0;url=javascript:${HIT}">`,
  `<template><img src=x onerror=${HIT}></template>`,
] as const;
const OVERRIDE = '\u202e';
const ESCAPE = '\u001b';
const FORGED = '{"level":"fatal","msg":"forged"}';

row(27, 'Output injection', { short: 150, full: 150 }, async () => {
  const [browser, desk] = await Promise.all([openBrowser(), openDesk()]);
  try {
    const shown = await show(browser, desk);
    const told = await tell();
    const csv = await csvRoutes(desk);
    return {
      figure: `${SCRIPTS.length} scripts on ${shown.pages} pages in Chromium: run ${shown.ran}, elements made ${shown.made}, refused by the policy of the page ${shown.refused}, overrides that reach their neighbours ${shown.loose}; ${told.notes} hostile notes through the command line: lines ${told.lines}, forged ${told.forged}, terminal codes let through ${told.escapes}; answers in CSV offered: ${csv}`,
      holds: {
        'the texts were on the pages': shown.seen >= SCRIPTS.length,
        'no script ran': shown.ran === 0 && shown.made === 0,
        'nothing even tried': shown.refused === 0,
        'directions are kept apart': shown.loose === 0,
        'a line each': told.lines === told.notes,
        'no line was forged': told.forged === 0,
        'no terminal code': told.escapes === 0,
        'no formulas, since no CSV': csv === 0,
      },
    };
  } finally {
    await browser.close();
    await desk.close();
  }
});

async function show(browser: Awaited<ReturnType<typeof openBrowser>>, desk: Desk) {
  const notes = SCRIPTS.map((script, n) => ({
    externalId: `output-${n}`,
    title: `${script} ${OVERRIDE}txt`,
    body: `${script} ${OVERRIDE}${script}`,
    author: { id: script },
    regions: ['us'],
  }));
  const ids = await desk.submit(notes);
  const who = await desk.person('admin', { desks: ['general', 'senior', 'legal', 'child_safety'] });
  const cases: string[] = [];
  for (const [n, script] of SCRIPTS.entries()) {
    const caseId = await desk.report(`output-${n}`, `${script} ${OVERRIDE}txt`);
    await desk.ask(who, 'POST', `/v1/cases/${caseId}/comments`, { text: script });
    cases.push(caseId);
  }
  const { page, close } = await sit(browser, desk, who);
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', () => { globalThis.refused = (globalThis.refused ?? 0) + 1; })`,
  );
  const pages = [
    '/',
    '/cases',
    '/notes',
    `/search?by=text&wanted=hit`,
    '/audit',
    ...cases.map((id) => `/cases/${id}`),
    ...[...ids.values()].map((id) => `/notes/${id}`),
  ];
  const sum = { pages: pages.length, ran: 0, made: 0, refused: 0, loose: 0, seen: 0 };
  for (const address of pages) {
    await page.goto(`${desk.url}${address}`);
    await page.locator('h1').waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    const found = await look(page);
    for (const key of ['ran', 'made', 'refused', 'loose', 'seen'] as const) sum[key] += found[key];
  }
  await close();
  return sum;
}

/** In the page itself; a string, since this project has no types of the DOM. */
const LOOK = `(() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let loose = 0, seen = 0;
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
    const text = node.nodeValue ?? '';
    if (text.includes('hit=1')) seen += 1;
    if (!text.includes('\\u202e')) continue;
    const kept = ['isolate', 'isolate-override', 'plaintext'];
    const display = (element) => getComputedStyle(element);
    let element = node.parentElement, isKept = false;
    while (element !== null && element !== document.body && !isKept) {
      isKept = kept.includes(display(element).unicodeBidi) || display(element).display.includes('block');
      element = element.parentElement;
    }
    if (!isKept) loose += 1;
  }
  return {
    ran: globalThis.hit === undefined ? 0 : 1,
    made: document.querySelectorAll('main script, main img[src="x"], main iframe, main meta, main a[href^="javascript:"]').length,
    refused: globalThis.refused ?? 0,
    loose, seen,
  };
})()`;
const look = (page: Page): Promise<{ ran: number; made: number; refused: number; loose: number; seen: number }> =>
  page.evaluate(LOOK);

/** Standard output must be as many JSON lines as notes; standard error must hold no line that a note wrote. */
async function tell() {
  const dir = await mkdtemp(path.join(tmpdir(), 'output-'));
  const hostile = [
    `a\n${FORGED}`,
    `a\r${FORGED}`,
    `a\u2028${FORGED}`,
    `a\u0085${FORGED}`,
    `${ESCAPE}[2J${ESCAPE}[31mred`,
    `${ESCAPE}]0;title\u0007`,
    `\u009b31m`,
    `=1+1`,
    `@SUM(1)`,
    `+1`,
    `-1`,
    `${OVERRIDE}gnp.exe`,
  ];
  const rows = hostile.map((text, n) => JSON.stringify({ id: `${n} ${text}`, title: text, text }));
  const input = path.join(dir, 'notes.jsonl');
  await writeFile(input, `${rows.join('\n')}\n`);
  const args = ['moderate', '--input', input, '--output', '-', '--stages', 'normalise,language,match'];
  const { out, err } = await run(args);
  await rm(dir, { recursive: true, force: true });
  const lines = out.split('\n').filter((line) => line !== '');
  const forged = [...lines, ...err.split('\n')].filter((line) => line.trim() === FORGED).length;
  const isCode = (char: string): boolean => {
    const code = char.codePointAt(0) ?? 0;
    return code === 0x1b || code === 0x9b || code === 0x07;
  };
  return { notes: hostile.length, lines: lines.length, forged, escapes: [...out, ...err].filter(isCode).length };
}

function run(args: readonly string[]): Promise<{ out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.resolve('dist/src/cli/main.js'), ...args], {
      env: { ...process.env, LOG_LEVEL: 'debug', NO_COLOR: '1' },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve({ out, err }) : reject(new Error(`exit ${code}: ${err}`))));
  });
}

/** Nothing offers CSV; a route that comes to offer it has to come here with its formulas. */
async function csvRoutes(desk: Desk): Promise<number> {
  const answer = await fetch(`${desk.url}/openapi.json`);
  if (!answer.ok) throw new Error(`no contract: ${answer.status}`);
  return (await answer.text()).split('text/csv').length - 1;
}
