/** Cheap signs that a text was disguised: facts for the policy, not a judgement. */
import type { CloakSign, NormalisedText } from '../../domain.js';

/** Invisible characters inside a word; joiners are letters of Arabic and Indic spelling and stay out of it there. */
const INVISIBLE =
  /[\p{L}\p{N}](?:\u034f|[\u200b\u2060-\u2064\ufeff\u180e\u115f\u1160\u3164\u{e0000}-\u{e007f}])+[\p{L}\p{N}]|[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Han}\p{N}][\u200c\u200d]+[\p{L}\p{N}]/u;
const BIDI = /[\u202a-\u202e\u2066-\u2069]/;
/** Three decorating marks on one letter; no spelling needs them. */
const MARKS = /(?:(?=\p{Script=Inherited})\p{Mn}){3}/u;
const FULLWIDTH = /[\uff21-\uff3a\uff41-\uff5a]{3}|[\u24b6-\u24e9\u{1d400}-\u{1d7ff}\u{1f130}-\u{1f189}]{2}/u;
const REPEATS = /([a-zа-яё])\1{3}/u;
/** A sign between letters, or two digits inside a word; model numbers as `b2b` and `mp3` have one digit. */
const LEET =
  /[a-z][$!|€][a-z]|[a-z]@[a-z](?![a-z0-9-]{0,63}\.)|[a-z][0-9@$][a-z]{1,16}[0-9$]|[a-z]{2}[0134578][a-z]{2}/;

export function cloakSigns(text: NormalisedText): readonly CloakSign[] {
  const { raw } = text;
  const folded = text.view('folded').text;
  const signs: CloakSign[] = [];
  if (INVISIBLE.test(raw)) signs.push('invisible');
  if (text.view('skeleton').text !== folded) signs.push('homoglyph');
  if (SPACED.test(folded)) signs.push('spaced');
  if (LEET.test(folded)) signs.push('leet');
  if (MARKS.test(raw)) signs.push('marks');
  if (FULLWIDTH.test(raw)) signs.push('fullwidth');
  if (BIDI.test(raw)) signs.push('bidi');
  if (REPEATS.test(folded)) signs.push('repeats');
  return signs;
}

/** Three lone letters behind each other, or a sign between two Chinese characters. */
const SPACED =
  /(?<![\p{L}\p{N}\p{M}])\p{L}([ .\-_*·|/~+,])\p{L}\1\p{L}(?![\p{L}\p{N}\p{M}])|(?<![\p{L}\p{N}\p{M}])(?:\p{L}([.\-_*·|/~+])){3,}\p{L}|\p{Script=Han}[.\-_*·|/~+^]\p{Script=Han}|(?<!\p{Script=Han})\p{Script=Han} \p{Script=Han}(?!\p{Script=Han})/u;
