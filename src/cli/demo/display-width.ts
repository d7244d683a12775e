/** Columns that a text takes in a terminal, and cells of an exact width. */
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** Scripts and forms that Unicode's EastAsianWidth calls wide, emoji included; half-width kana and hangul are not. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303e\u30fb\u30fc\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/u;
/** A half-width sound mark joins its kana in one grapheme but takes a column of its own. */
const HALF_WIDTH = /[\uff61-\uffdc]/gu;
const EMOJI_STYLE = /\p{Extended_Pictographic}\ufe0f|^\p{Regional_Indicator}{2}/u;
const NO_WIDTH = /^[\p{M}\p{Cc}\p{Default_Ignorable_Code_Point}]+$/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

function graphemeWidth(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  const half = grapheme.match(HALF_WIDTH)?.length ?? 0;
  if (half > 0) return half;
  return WIDE.test(grapheme) || EMOJI_STYLE.test(grapheme) ? 2 : 1;
}

export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** Whole graphemes up to `columns`, with an ellipsis when something is left off. */
export function clip(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = width + graphemeWidth(segment);
    if (next > columns - 1) break;
    kept += segment;
    width = next;
  }
  return `${kept.trimEnd()}…`;
}

/** Right-to-left text is isolated, so that it cannot reorder the columns beside it. */
export function cell(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const clipped = clip(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '), columns);
  const padding = ' '.repeat(Math.max(0, columns - displayWidth(clipped)));
  const shown = RIGHT_TO_LEFT.test(clipped) ? `${FIRST_STRONG_ISOLATE}${clipped}${POP_ISOLATE}` : clipped;
  return align === 'left' ? `${shown}${padding}` : `${padding}${shown}`;
}
