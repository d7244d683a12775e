/** Compatibility form: full-width, mathematical, circled and half-width letters become plain ones. */
import { type Mapped, writeFrom } from './mapped.js';

/**
 * Units that may melt into what stands before them: marks, conjoining and compatibility jamo,
 * half-width voiced sound marks. Everything else starts a new piece.
 */
const MELTS = /[\p{M}\u1160-\u11ff\u3131-\u318e\uff9e\uff9f\uffa0-\uffdc]/u;
/** Compatibility consonants become leading ones, which never melt; the clusters below become final ones, which do. */
const LEADS = /[\u3131\u3132\u3134\u3137-\u3139\u3140-\u314e\uffa1\uffa2\uffa4\uffa7-\uffa9\uffb0-\uffbe]/;

function startsPiece(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x300) return true;
  const point = text.codePointAt(at) ?? code;
  const unit = String.fromCodePoint(point);
  return LEADS.test(unit) || !MELTS.test(unit);
}

const widthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

export function toNfkc(source: Mapped): Mapped {
  const { text } = source;
  const whole = text.normalize('NFKC');
  if (whole === text) return source;
  const out = writeFrom(source);
  let from = 0;
  while (from < text.length) {
    let to = from + widthAt(text, from);
    while (to < text.length && !startsPiece(text, to)) to += widthAt(text, to);
    out.put(text.slice(from, to).normalize('NFKC'), from, to);
    from = to;
  }
  return out.done();
}
