/** What the functions that complete a piece answer: a word, and behind a colon the run of the note's job that became due. */
export function completed(result: string | undefined): { readonly saved: boolean; readonly wake: number | null } {
  const [word, run] = (result ?? 'stale').split(':');
  return { saved: word !== 'stale', wake: run === undefined ? null : Number(run) };
}
