/** Compatibility form: full-width, mathematical, circled and half-width letters become plain ones. */
import { type Mapped, writeFrom } from './mapped.js';
import { pointAt, unitTable, unitTexts, widthOf } from './unit-table.js';

/**
 * Units that may melt into what stands before them: marks, conjoining and compatibility jamo,
 * half-width voiced sound marks. Everything else starts a new piece.
 */
const MELTS = /[\p{M}\u1160-\u11ff\u3131-\u318e\uff9e\uff9f\uffa0-\uffdc]/u;
/** Compatibility consonants become leading ones, which never melt; the clusters below become final ones, which do. */
const LEADS = /[\u3131\u3132\u3134\u3137-\u3139\u3140-\u314e\uffa1\uffa2\uffa4\uffa7-\uffa9\uffb0-\uffbe]/;

const MELTING = 1;
const meltingOf = unitTable((unit) => (!LEADS.test(unit) && MELTS.test(unit) ? MELTING : 0));
const nfkcOf = unitTexts((unit) => unit.normalize('NFKC'));

export function toNfkc(source: Mapped): Mapped {
  const { text } = source;
  const whole = text.normalize('NFKC');
  if (whole === text) return source;
  const out = writeFrom(source);
  let from = 0;
  while (from < text.length) {
    let to = from + widthOf(pointAt(text, from));
    while (to < text.length && meltingOf(pointAt(text, to)) === MELTING) to += widthOf(pointAt(text, to));
    const piece = to - from === 1 ? nfkcOf(text.charCodeAt(from)) : text.slice(from, to).normalize('NFKC');
    out.put(piece, from, to);
    from = to;
  }
  return out.done();
}
