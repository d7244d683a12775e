/** No word of the dashboard stands outside the language files, and every language has every word. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from '@swc/core';
import { describe, expect, test } from 'vitest';
import { readPolicyFiles } from '../../src/adapters/policy-folder.js';
import { CATEGORY_IDS } from '../../src/categories.js';
import { messageSays, VERBS } from '../../src/dashboard/words.js';
import { ACTIONS, CASE_REASONS, DESKS, EVIDENCE_KEYS, SIDE_ACTIONS, SKIP_REASONS } from '../../src/domain.js';
import { ERROR_CODES } from '../../src/errors.js';
import { compileBundle } from '../../src/policy/bundle.js';
import { SEEN_BY, SEEN_BY_ITSELF } from '../../src/policy/verdict.js';
import { ROLES } from '../../src/ports/store.js';

const ROOT = path.resolve(import.meta.dirname, '../../src/dashboard');
const LANGUAGES = readdirSync(path.join(ROOT, 'i18n'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'bundles')
  .map(({ name }) => name);
const SOURCES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));

function textsOf(language: string): ReadonlyMap<string, string> {
  const dir = path.join(ROOT, 'i18n', language);
  return new Map(
    readdirSync(dir).flatMap((file) => {
      const entries = JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as Record<string, string>;
      return Object.entries(entries).map(([key, text]) => [`${file.replace('.json', '')}:${key}`, text] as const);
    }),
  );
}
/** Said to who runs commands and servers; a page never meets them. */
const OPERATORS = /^(?:config|hub|input_row|file|migration|model|models|policy|services|terms|usage)(?:_|$)/;
const english = textsOf('en');
const slotsOf = (text: string): readonly string[] => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted();

/** Attributes whose text people see or hear. */
const SPOKEN = /^(?:alt|title|label|description|aria-label|aria-description|aria-roledescription|aria-valuetext)$/;
const WORDS = /\p{L}{2,}/u;

interface JsxNode {
  readonly type?: string;
  readonly value?: string | { readonly type: string; readonly value?: string } | null;
  readonly name?: { readonly value?: string };
  readonly expression?: { readonly type: string; readonly value?: string };
}

/** What one node would put before people, or null. */
function literalOf({ type, value, name, expression }: JsxNode): string | null {
  if (type === 'JSXText') return typeof value === 'string' ? value : null;
  if (type === 'JSXExpressionContainer' && expression?.type === 'StringLiteral') return expression.value ?? null;
  if (type !== 'JSXAttribute' || !SPOKEN.test(name?.value ?? '')) return null;
  const text = typeof value === 'object' && value?.type === 'StringLiteral' ? value.value : undefined;
  return text === undefined || text === '' ? null : `${name?.value}="${text}"`;
}

function literalsIn(code: string): readonly string[] {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const literal = Array.isArray(node) ? null : literalOf(node);
    if (literal !== null && WORDS.test(literal)) found.push(literal.trim());
    for (const child of Object.values(node)) walk(child);
  };
  walk(parseSync(code, { syntax: 'typescript', tsx: true }));
  return found;
}

describe('languages of the interface', () => {
  test('there are five', () => expect(LANGUAGES.toSorted()).toEqual(['ar', 'de', 'en', 'es', 'zh-Hans']));

  test.each(LANGUAGES)('%s has every text of English with the same slots, and no other', (language) => {
    const texts = textsOf(language);
    expect([...texts.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [key, text] of texts) {
      expect(text.trim(), key).not.toBe('');
      expect(slotsOf(text), `${language} ${key}`).toEqual(slotsOf(english.get(key) ?? ''));
    }
  });

  test.each(SOURCES)('%s asks for texts that exist', (name) => {
    const code = readFileSync(path.join(ROOT, name), 'utf8');
    const asked = [...code.matchAll(/['"`]([a-z]+(?:-[a-z]+)*:[a-z][\w.-]*)(\$\{)?/g)];
    for (const [, key = '', open] of asked) {
      if (/^(?:https?|node|data|urn):/.test(key)) continue;
      const fits = open === undefined ? english.has(key) : [...english.keys()].some((known) => known.startsWith(key));
      expect(fits, `${name}: ${key}`).toBe(true);
    }
  });

  test('every word of a closed list has a text', () => {
    const words = [
      ...ROLES.map((role) => `role.${role}`),
      ...ACTIONS.map((action) => `action.${action}`),
      ...CASE_REASONS.map((reason) => `reason.${reason}`),
      ...DESKS.map((desk) => `desk.${desk}`),
    ];
    for (const word of words) expect(english.has(`words:${word}`), word).toBe(true);
  });

  test('what the shipped rules say to reviewers has a text, and nothing else has', async () => {
    const { regions } = compileBundle(await readPolicyFiles(path.resolve('policies')));
    const messages = [...regions.values()].flatMap((region) => region.rules.map((rule) => rule.message));
    const said = messages.map((message) => messageSays(message.replace('{by}', 'known words and the text model')).text);
    const own = [...english].flatMap(([key, text]) =>
      key.startsWith('rules:') ? [[key.slice(6), text] as const] : [],
    );
    for (const [key, text] of own) expect(text).toBe(key);
    const sentences = own.map(([key]) => key).filter((key) => key.endsWith('.'));
    expect(sentences.toSorted()).toEqual([...new Set(said)].toSorted());
    const names = own.map(([key]) => key).filter((key) => !key.endsWith('.'));
    expect(names.toSorted()).toEqual([...new Set([...Object.values(SEEN_BY), SEEN_BY_ITSELF])].toSorted());
  });

  test('clauses are called the same here as in notices to authors', async () => {
    const { regions, notices } = compileBundle(await readPolicyFiles(path.resolve('policies')));
    const terms = Object.entries(regions.get('global')?.settings.terms ?? {});
    expect(terms.length).toBeGreaterThan(10);
    for (const language of LANGUAGES) {
      const texts = [...textsOf(language)].filter(([key]) => key.startsWith('clauses:'));
      const wanted = terms.map(([key, clause]) => {
        const title = clause?.title ?? key;
        return [`clauses:${title}`, language === 'en' ? title : notices.get(language)?.clauses.get(key)];
      });
      expect(Object.fromEntries(texts)).toEqual(Object.fromEntries(wanted));
    }
  });

  test('every name that is written into the record has a text, and no other', () => {
    const folders = ['src', 'workers', 'prisma/migrations'].map((folder) => path.resolve(folder));
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(?:ts|sql)$/.test(name) && !/^(?:dashboard|generated)\//.test(name))
        .map((name) => readFileSync(path.join(folder, name), 'utf8')),
    );
    const nouns = 'appeal|author|bank|case|hold|key|notes?|opinion|policy|report|sealed|user';
    const name = new RegExp(`'((?:${nouns})\\.[a-z_]+)'`, 'g');
    const written = new Set(files.flatMap((text) => [...text.matchAll(name)].map(([, verb]) => verb)));
    expect([...written].toSorted()).toEqual([...VERBS]);
  });

  test('every code that the server may answer with has a text', () => {
    const keys = [
      ...Object.keys(ERROR_CODES)
        .filter((code) => !OPERATORS.test(code))
        .map((code) => `errors:${code}`),
      ...SKIP_REASONS.map((why) => `words:skip.${why}`),
      ...EVIDENCE_KEYS.map((stage) => `words:stage.${stage}`),
      ...SIDE_ACTIONS.map((side) => `words:side-action.${side}`),
      ...CATEGORY_IDS.map((id) => `categories:${id}`),
      ...VERBS.map((verb) => `audit:verb.${verb}`),
    ];
    expect(keys.filter((key) => !english.has(key))).toEqual([]);
    const codes = [...english.keys()].filter((key) => key.startsWith('errors:')).map((key) => key.slice(7));
    expect(codes.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });
});

describe('literal text', () => {
  test.each(SOURCES.filter((name) => name.endsWith('.tsx')))('%s has none', (name) => {
    expect(literalsIn(readFileSync(path.join(ROOT, name), 'utf8'))).toEqual([]);
  });
  test('would be seen', () => {
    const code = "export const A = () => <p title=\"Hello you\">Some words{'and more'}{t('queue:title')}</p>;";
    expect(literalsIn(code)).toEqual(['title="Hello you"', 'Some words', 'and more']);
  });
});
