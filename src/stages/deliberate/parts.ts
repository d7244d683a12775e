/** The parts of a note as they are sent: title, body, words and codes on pictures, without personal figures. */
import type { ContactHit, LabelledText, PartName, Span } from '../../domain.js';
import { normalise } from '../normalise/index.js';
import { type Cut, type Redacted, redact, unredacted } from './redact.js';

export interface SentPart {
  readonly part: PartName;
  readonly text: string;
  readonly redactions: number;
  /** Whole graphemes of the original. */
  toRaw(span: Span): Span;
}

/** Enough to judge; a longer part is cut in the middle, where openings and ends still show. */
const MOST_CHARS = 6_000;

/** `contacts`: what the match stage found, disguised ones too; their places go as well. */
export function partsToSend(
  texts: readonly LabelledText[],
  redacts: boolean,
  contacts: readonly ContactHit[] = [],
): readonly SentPart[] {
  return texts.map(({ part, text }) => {
    const known = contacts.filter((hit) => hit.part === part).flatMap(cutOf);
    const whole = redacts ? redact(text.raw, known) : unredacted(text.raw);
    const raw = text.view('raw');
    return {
      part,
      redactions: whole.count,
      ...cut(whole, (span) => raw.toRaw(span)),
    };
  });
}

/** The name of a service says something of the note, the id does not. */
function cutOf({ kind, detail, span }: ContactHit): readonly Cut[] {
  if (kind === 'messenger') return [{ ...span, mark: `[messenger ${detail ?? ''}]` }];
  return kind === 'email' || kind === 'phone' || kind === 'handle' ? [{ ...span, mark: `[${kind}]` }] : [];
}

const CUT_MARK = '\n[…]\n';

function cut(whole: Redacted, widen: (span: Span) => Span): Pick<SentPart, 'text' | 'toRaw'> {
  const { text } = whole;
  if (text.length <= MOST_CHARS) return { text, toRaw: (span) => widen(whole.toRaw(span)) };
  const headEnd = edge(text, MOST_CHARS / 2);
  const tailStart = edge(text, text.length - MOST_CHARS / 2);
  const left = text.slice(0, headEnd) + CUT_MARK;
  const back = (offset: number): number => (offset <= headEnd ? offset : tailStart + Math.max(0, offset - left.length));
  return {
    text: left + text.slice(tailStart),
    toRaw: ({ start, end }) => widen(whole.toRaw({ start: back(start), end: back(end) })),
  };
}

/** Not between the halves of a surrogate pair. */
const edge = (text: string, at: number): number => (/[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at);

/** How a disguised text sounds and looks: what a model needs to see through homophones. */
export function readingLines(parts: readonly SentPart[]): readonly string[] {
  return parts.flatMap(({ part, text }) => {
    const normal = normalise(text);
    const lines = [
      ['skeleton', normal.view('skeleton').text],
      ['pinyin', /\p{Script=Han}/u.test(text) ? normal.view('pinyin').text : text],
    ] as const;
    return lines.filter(([, line]) => line !== text).map(([name, line]) => `${name} of [${part}]: ${oneLine(line)}`);
  });
}

const READING_CHARS = 1_500;
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, READING_CHARS);
