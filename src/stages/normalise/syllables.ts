/** Pinyin syllables and how near-homophones are folded together. */

/** Every toneless syllable of standard Chinese, by initial. Source: the table of Hanyu Pinyin. */
const TABLE: Readonly<Record<string, string>> = {
  '': 'a ai an ang ao e ei en eng er o ou',
  b: 'a ai an ang ao ei en eng i ian iao ie in ing o u',
  p: 'a ai an ang ao ei en eng i ian iao ie in ing o ou u',
  m: 'a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u',
  f: 'a an ang ei en eng o ou u',
  d: 'a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo',
  t: 'a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo',
  n: 'a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve',
  l: 'a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve',
  g: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  k: 'a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo',
  h: 'a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo',
  j: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  q: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  x: 'i ia ian iang iao ie in ing iong iu u uan ue un',
  zh: 'a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo',
  ch: 'a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo',
  sh: 'a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo',
  r: 'an ang ao e en eng i ong ou u ua uan ui un uo',
  z: 'a ai an ang ao e ei en eng i ong ou u uan ui un uo',
  c: 'a ai an ang ao e en eng i ong ou u uan ui un uo',
  s: 'a ai an ang ao e en eng i ong ou u uan ui un uo',
  y: 'a an ang ao e i in ing o ong ou u uan ue un',
  w: 'a ai an ang ei en eng o u',
};
const SYLLABLES: ReadonlySet<string> = new Set(
  Object.entries(TABLE).flatMap(([initial, finals]) => finals.split(' ').map((final) => initial + final)),
);
const LONGEST = 6;

/** zh, ch, sh to z, c, s; n to l at the start; ang, eng, ing to an, en, in. */
export function foldSyllable(syllable: string): string {
  return syllable
    .replace('ü', 'v')
    .replace(/^([zcs])h/, '$1')
    .replace(/^n(?=[aeiouv])/, 'l')
    .replace(/([aei])ng$/, '$1n');
}

/** Lengths of the syllables that spell the word from end to end, longest first; null when they cannot. */
export function splitSyllables(word: string): readonly number[] | null {
  const lengths: (number | undefined)[] = new Array(word.length + 1);
  lengths[word.length] = 0;
  for (let at = word.length - 1; at >= 0; at -= 1) {
    for (let length = Math.min(LONGEST, word.length - at); length > 0; length -= 1) {
      if (lengths[at + length] === undefined || !SYLLABLES.has(word.slice(at, at + length))) continue;
      lengths[at] = length;
      break;
    }
  }
  if (lengths[0] === undefined) return null;
  const out: number[] = [];
  for (let at = 0; at < word.length; at += out.at(-1) ?? 1) out.push(lengths[at] ?? 1);
  return out;
}
