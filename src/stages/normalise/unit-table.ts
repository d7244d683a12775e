/** Remembers the answer of a costly test for each character: regexes with Unicode properties are slow in hot loops. */

/** `judge` is asked once for every character of the basic plane and returns a small number that is not negative. */
export function unitTable(judge: (unit: string) => number): (point: number) => number {
  const known = new Uint8Array(65_536);
  return (point) => {
    const kept = known[point];
    if (kept === undefined) return judge(String.fromCodePoint(point));
    if (kept !== 0) return kept - 1;
    const answer = judge(String.fromCharCode(point));
    known[point] = answer + 1;
    return answer;
  };
}

/** As `unitTable`, for answers that are texts. */
export function unitTexts(make: (unit: string) => string): (code: number) => string {
  const known: (string | undefined)[] = new Array(65_536);
  return (code) => {
    const kept = known[code];
    if (kept !== undefined) return kept;
    const made = make(String.fromCharCode(code));
    known[code] = made;
    return made;
  };
}

export const widthOf = (point: number): number => (point > 0xffff ? 2 : 1);

/** Code point at a place, 0 behind the end of the text. */
export const pointAt = (text: string, at: number): number => text.codePointAt(at) ?? 0;
