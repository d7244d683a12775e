import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glossaryOf, glossaryRules } from '../../../src/usecases/translate/glossary.js';
import { isWordless, protect, restore } from '../../../src/usecases/translate/protect.js';

const glossary = glossaryOf({
  version: 1,
  entries: [
    { id: 'note', words: { 'zh-Hans': ['笔记'], en: ['note', 'notes'], es: ['nota'] } },
    { id: 'dm', words: { 'zh-Hans': ['私信'], en: ['direct message'] } },
  ],
});
const NONE = [] as const;

describe('protected pieces', () => {
  it('personal figures, addresses and names of accounts stay here and come back in their place', () => {
    const text = 'Llama al +49 30 12345678 o escribe a ana@example.com, mira https://example.com/a?b=1 y @ana_b.';
    const hidden = protect(text, NONE, true);
    expect(hidden.text).not.toMatch(/12345678|ana@|example\.com|@ana/u);
    expect(hidden.text).toContain('⟦0⟧');
    expect(restore(hidden.text, hidden)).toEqual({ text, lost: 0 });
    expect(protect('Llama al +49 30 12345678', NONE, false).text).toContain('12345678');
  });

  it('words of the platform get their one translation', () => {
    const toEnglish = protect('发私信看我的笔记', glossaryRules(glossary, 'zh', 'en'), true);
    expect(toEnglish.text).toBe('发⟦0⟧看我的⟦1⟧');
    expect(restore('Send a ⟦0⟧ and see my ⟦1⟧', toEnglish)).toEqual({
      text: 'Send a direct message and see my note',
      lost: 0,
    });
    const toSpanish = protect('My Notes and a notebook', glossaryRules(glossary, 'en-GB', 'es-MX'), true);
    expect(toSpanish.text).toBe('My ⟦0⟧ and a notebook');
    expect(toSpanish.kept).toEqual(['nota']);
    expect(glossaryRules(glossary, 'ar', 'en')).toEqual([]);
    expect(glossaryRules(glossary, 'zh-Hans', 'es')).toHaveLength(1);
  });

  it('words with signs in them are found as they stand', () => {
    const signs = glossaryOf({
      version: 1,
      entries: [{ id: 'x', words: { en: ['follow-up (new)', 'a/b.c'], de: ['Folge'] } }],
    });
    const rules = glossaryRules(signs, 'en', 'de');
    expect(protect('My follow-up (new) and a/b.c, but a/bxc', rules, true).text).toBe('My ⟦0⟧ and ⟦1⟧, but a/bxc');
  });

  it('a mark that the engine loses is counted, one that it makes up stays what it is', () => {
    const hidden = protect('a@b.example and c@d.example', NONE, true);
    expect(restore('only ⟦ 1 ⟧ and ⟦7⟧', hidden)).toEqual({ text: 'only c@d.example and ⟦7⟧', lost: 1 });
  });

  it('a mark that a stranger wrote is protected like everything else', () => {
    const text = 'put ⟦0⟧ here, mail a@b.example';
    const hidden = protect(text, NONE, true);
    expect(restore(hidden.text, hidden)).toEqual({ text, lost: 0 });
  });

  it('whatever the text, an engine that changes nothing gives it back', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 10 }),
      fc.constantFrom('⟦0⟧', '⟦ 12 ⟧', '[phone]', ' +1 202 555 0143 ', ' www.example.org/x ', '@someone', '⟦'),
    );
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 20 }).map((all) => all.join('')),
        (text) => {
          const hidden = protect(text, NONE, true);
          expect(restore(hidden.text, hidden)).toEqual({ text, lost: 0 });
        },
      ),
    );
  });

  it('knows what has no words', () => {
    expect(['12:30 !', '⟦3⟧', '🙂', ''].every(isWordless)).toBe(true);
    expect(isWordless('ok')).toBe(false);
  });
});

it('the version of a glossary changes with its entries only', () => {
  expect(glossaryOf({ version: 1, entries: [...glossary.entries] }).version).toBe(glossary.version);
  expect(glossaryOf({ version: 1, entries: glossary.entries.slice(1) }).version).not.toBe(glossary.version);
});
