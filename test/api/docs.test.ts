import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_JSON_DEPTH } from '../../src/api/json-body.js';
import { OPENAI_CATEGORIES } from '../../src/api/openai.js';
import { ROUTE_RULES } from '../../src/api/permissions.js';
import { MAX_BATCH } from '../../src/api/routes/batch.js';
import { MAX_WAIT_S } from '../../src/api/wait.js';
import { Env } from '../../src/config.js';
import { ACTIONS, EVENT_TYPES, SIDE_ACTIONS } from '../../src/domain.js';
import { SCOPES } from '../../src/ports/store.js';
import { MAX_IMAGES } from '../../src/usecases/note-input.js';

const page = await readFile(path.resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');

describe('docs/api.md', () => {
  it('names scopes, events and limits as they are', () => {
    for (const scope of SCOPES) expect(page).toContain(`\`${scope}\``);
    for (const event of EVENT_TYPES) expect(page).toContain(`| \`${event}\` `);
    expect(page).toContain(`${MAX_IMAGES} images, ${MAX_JSON_DEPTH} levels of JSON`);
    expect(page).toContain(`up to ${MAX_BATCH} notes`);
    expect(page).toContain(`up to ${MAX_WAIT_S} seconds`);
  });

  it('says of every action and side action what the platform does', () => {
    for (const action of ACTIONS) expect(page).toContain(`| \`${action}\` |`);
    for (const action of SIDE_ACTIONS) expect(page).toContain(`\`${action}\``);
  });

  it('names only addresses, variables and categories that exist', () => {
    const addresses = [...page.matchAll(/`(GET|POST|PATCH|DELETE) (\/[\w/:-]+)`/g)].map(
      ([, method, url]) => `${method} ${url}`,
    );
    expect(addresses.length).toBeGreaterThan(10);
    expect(addresses.filter((address) => !(address in ROUTE_RULES))).toEqual([]);
    const variables = [...page.matchAll(/`([A-Z][A-Z_]{3,})(?:=\d)?`/g)].map((match) => match[1] ?? '');
    expect(variables.filter((name) => !(name in Env.shape))).toEqual([]);
    const assessed = page.match(/The text model assesses .+?\./)?.[0] ?? '';
    const categories = [...assessed.matchAll(/`([\w/-]+)` in/g)].map((match) => match[1] ?? '');
    expect(categories.length).toBeGreaterThan(0);
    expect(categories.filter((name) => !OPENAI_CATEGORIES.some((known) => known === name))).toEqual([]);
  });
});
