import { expect, it } from 'vitest';
import { summarise } from '../../src/policy/summary.js';
import { bundleOf, GLOBAL_HEAD, region } from './bench-files.js';

it('lists what a region takes out, and no longer what nothing is left of', () => {
  const bundle = bundleOf({
    'global.yaml': GLOBAL_HEAD,
    'regions/eu.yaml': region('eu', 'thresholds:\n  fraud.scam: { review: 0.4, cites: t1 }\n'),
    'regions/de.yaml': region('de', 'thresholds:\n  fraud.scam: null\n  hate.attack: { flag: null }\n', 'eu'),
    'regions/at.yaml': region('at', 'thresholds:\n  hate.attack: null\nclocks: { never: null }\n', 'eu'),
    'regions/fr.yaml': region('fr', 'thresholds:\n  fraud.scam: { hold: 0.7, cites: t1 }\n', 'de'),
  });
  const named = (id: string) => {
    const found = bundle.regions.get(id);
    return found === undefined ? [] : summarise(bundle, found).differences.map(({ kind, name }) => `${kind} ${name}`);
  };
  expect(named('eu')).toEqual(['threshold fraud.scam.review']);
  expect(named('de')).toEqual(['threshold hate.attack.flag']);
  expect(named('at')).toEqual([
    'threshold fraud.scam.review',
    'threshold hate.attack.flag',
    'threshold hate.attack.remove',
    'threshold hate.attack.review',
  ]);
  expect(named('fr')).toEqual(['threshold fraud.scam.hold', 'threshold hate.attack.flag']);
});
