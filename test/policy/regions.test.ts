import { expect, test } from 'vitest';
import { COUNTRY_CODES, isRegionCode } from '../../src/policy/countries.js';
import { stageNeeds } from '../../src/policy/needs.js';
import { resolveRegion } from '../../src/policy/regions.js';
import { bundleOf, global, region, rule } from './bench-files.js';

test('regions are ISO 3166-1 countries in lower case, global and eu', () => {
  expect(COUNTRY_CODES.size).toBe(249);
  expect(['de', 'zw', 'global', 'eu'].every(isRegionCode)).toBe(true);
  expect(['DE', 'uk', 'xx', 'deu', '', 'asia', '__proto__'].some(isRegionCode)).toBe(false);
});

test('own file, else the group, else global', () => {
  const bundle = bundleOf({
    'regions/eu.yaml': region('eu', 'members: [at, de]\n'),
    'regions/de.yaml': region('de', '', 'eu'),
  });
  expect(resolveRegion(bundle, 'de')).toEqual({ policy: 'de', exact: true });
  expect(resolveRegion(bundle, 'at')).toEqual({ policy: 'eu', exact: true });
  expect(resolveRegion(bundle, 'us')).toEqual({ policy: 'global', exact: false });
});

test('stages that some region requires or some rule reads are wanted', () => {
  const none = stageNeeds(bundleOf({}));
  expect([...none.wanted].sort()).toEqual(['classify', 'images', 'language', 'match', 'normalise']);
  const campaign = bundleOf({ 'global.yaml': global(rule({ id: 'c', when: 'campaign.known' })) });
  expect(stageNeeds(campaign).wanted.has('campaign')).toBe(true);
  const off = bundleOf({ 'global.yaml': global(rule({ id: 'c', when: 'campaign.known', mode: 'disabled' })) });
  expect(stageNeeds(off).wanted.has('campaign')).toBe(false);
});
