import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPolicyFiles } from '../../../src/adapters/policy-folder.js';
import { type Bundle, compileBundle } from '../../../src/policy/bundle.js';
import { withOverrides } from '../../../src/policy/overrides.js';
import { checkOverride } from '../../../src/usecases/policy/check-override.js';
import { must } from '../../support/store.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
let base: Bundle;
let grave = '';

beforeAll(async () => {
  const shipped = compileBundle(await readPolicyFiles(path.resolve(import.meta.dirname, '../../../policies')));
  grave = must(shipped.regions.get('de')?.rules.find((rule) => rule.severity >= 3 && rule.mode.kind === 'enforce')).id;
  const by = { kind: 'system', id: 'test' } as const;
  const inShadow = { rule: grave, region: 'de', mode: 'shadow', why: '', by, at: '', until: null };
  // As if the files had it in shadow in one region.
  base = withOverrides(shipped, [inShadow]);
});
const check = (region: string, mode: string, approval: boolean) => () =>
  checkOverride(base, { rule: grave, region, mode, why: 'test', until: null }, { approval, now: NOW });

describe('an override of a grave rule', () => {
  it('may always lessen it', () => {
    for (const mode of ['disabled', 'shadow', 'canary(10)']) expect(check('us', mode, true)).not.toThrow();
    expect(check('*', 'disabled', true)).not.toThrow();
  });

  it('raises it only where no second person is asked for', () => {
    for (const mode of ['enforce', 'canary(10)']) expect(check('de', mode, true)).toThrow(/second person/);
    expect(check('*', 'enforce', true)).toThrow(/second person/);
    expect(check('de', 'enforce', false)).not.toThrow();
    expect(check('us', 'enforce', true)).not.toThrow();
  });
});
