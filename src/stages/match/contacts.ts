/** Ways of contact, prices, codes and ad disclosures of one text: facts, not judgements. */
import type { ContactHit, LabelledText, TextView, ViewName } from '../../domain.js';
import { hasHan } from '../normalise/chinese.js';
import { readDisclosures } from './contact-disclosures.js';
import { readLinks } from './contact-links.js';
import { readMessengerLinks } from './contact-messenger-links.js';
import { readMessengers } from './contact-messengers.js';
import { readPhones } from './contact-phones.js';
import { readSpelledPhones } from './contact-phones-spelled.js';
import { readDiscountCodes, readPrices } from './contact-prices.js';
import type { Reader, Reading } from './contact-reading.js';

/** More than enough for any policy; a text of nothing but links must not grow the evidence. Of each kind in one text. */
export const CONTACTS_LIMIT = 64;

/** In the order of trust: what a plainer view has found is not reported again from a lossier one. */
const READERS: readonly (readonly [ViewName, readonly Reader[]])[] = [
  [
    'folded',
    [readLinks, readMessengerLinks, readPhones, readSpelledPhones, readMessengers, readPrices, readDisclosures],
  ],
  ['nfkc', [readDiscountCodes]],
  ['squeezed', [readMessengers]],
  ['pinyin', [readMessengers]],
];

/** Different kinds may share a place, as a handle in a link; these exclude each other where they overlap. */
const RIVALS: readonly (readonly ContactHit['kind'][])[] = [
  ['url', 'email', 'mention', 'handle'],
  ['phone', 'price'],
];
const areRivals = (a: ContactHit['kind'], b: ContactHit['kind']): boolean =>
  a === b || RIVALS.some((group) => group.includes(a) && group.includes(b));

const isTaken = (
  hits: readonly ContactHit[],
  kind: ContactHit['kind'],
  detail: string | undefined,
  start: number,
  end: number,
): boolean =>
  hits.some(
    (hit) =>
      areRivals(hit.kind, kind) &&
      (kind !== 'disclosure' || hit.detail === detail) &&
      hit.span.start < end &&
      start < hit.span.end,
  );

/** `raw` where the reader saw what was written, case aside. */
function viewOf(view: TextView, reading: Reading, written: string): ViewName {
  return written.toLowerCase() === view.text.slice(reading.start, reading.end).toLowerCase() ? 'raw' : view.name;
}

function addReadings(labelled: LabelledText, view: TextView, readings: readonly Reading[], hits: ContactHit[]): void {
  for (const reading of readings) {
    if (hits.filter(({ kind }) => kind === reading.kind).length >= CONTACTS_LIMIT) continue;
    const span = view.toRaw(reading);
    if (isTaken(hits, reading.kind, reading.detail, span.start, span.end)) continue;
    const found = viewOf(view, reading, labelled.text.raw.slice(span.start, span.end));
    hits.push({ kind: reading.kind, detail: reading.detail, part: labelled.part, span, view: found });
  }
}

function isWorth(name: ViewName, labelled: LabelledText): boolean {
  const { text } = labelled;
  if (name === 'pinyin') return hasHan(text.raw);
  if (name === 'squeezed') return text.view('squeezed').text !== text.view('folded').text;
  return true;
}

export function findContacts(labelled: LabelledText): readonly ContactHit[] {
  if (labelled.text.raw === '') return [];
  const hits: ContactHit[] = [];
  for (const [name, readers] of READERS) {
    if (!isWorth(name, labelled)) continue;
    const view = labelled.text.view(name);
    for (const read of readers) addReadings(labelled, view, read(view, labelled.text), hits);
  }
  return hits.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** At most `limit` in the order given, each kind in its turn: a row of hashtags must not hide the one handle behind it. */
export function inFairShare(hits: readonly ContactHit[], limit: number): readonly ContactHit[] {
  if (hits.length <= limit) return hits;
  const seen = new Map<string, number>();
  const ranked = hits.map((hit) => {
    const turn = seen.get(hit.kind) ?? 0;
    seen.set(hit.kind, turn + 1);
    return { hit, turn };
  });
  const kept = new Set(
    ranked
      .toSorted((a, b) => a.turn - b.turn)
      .slice(0, limit)
      .map(({ hit }) => hit),
  );
  return hits.filter((hit) => kept.has(hit));
}
