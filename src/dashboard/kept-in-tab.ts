/**
 * What was begun outlives a reload of the same tab, for the same person and some hours. It holds what the person has
 * chosen and written themselves, nothing of the note.
 */
const PLACE = 'polywarden-kept';
const LONGEST_MS = 4 * 3_600_000;

interface Entry {
  readonly at: number;
  readonly value: unknown;
}
interface Kept {
  readonly userId: string;
  readonly entries: Readonly<Record<string, Entry>>;
}

/** A browser may refuse its storage, or somebody else may have written there: then nothing is kept. */
function read(userId: string, now: number): Kept {
  const none: Kept = { userId, entries: {} };
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null') as Kept | null;
    if (kept?.userId !== userId) return none;
    const young = Object.entries(kept.entries).filter(([, { at }]) => now - at < LONGEST_MS);
    return { userId, entries: Object.fromEntries(young) };
  } catch {
    return none;
  }
}
function write(kept: Kept): void {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // Full or forbidden: it is kept until the page goes.
  }
}

export const keptInTab = (userId: string, name: string, now = Date.now()): unknown =>
  read(userId, now).entries[name]?.value;

export function keepInTab(userId: string, name: string, value: unknown, now = Date.now()): void {
  const { entries } = read(userId, now);
  write({ userId, entries: { ...entries, [name]: { at: now, value } } });
}

export function dropInTab(userId: string, name: string, now = Date.now()): void {
  const { [name]: _gone, ...entries } = read(userId, now).entries;
  write({ userId, entries });
}

/** Null: nobody is here any more. */
export function forgetOthers(userId: string | null): void {
  try {
    if (userId === null) sessionStorage.removeItem(PLACE);
    else write(read(userId, Date.now()));
  } catch {
    // There is no storage to forget.
  }
}
