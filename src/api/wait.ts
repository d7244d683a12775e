/** `Prefer: wait=5`: looks at the store until the revision is decided or the time is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInputError } from '../errors.js';
import type { NotesStore, NoteView } from '../ports/store.js';

export const MAX_WAIT_S = 10;
/** Each waiter asks the database some times a second; beyond these a 202 is the better answer. */
const MAX_WAITERS = 100;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

export const DOCUMENTED_WAIT = {
  prefer: {
    type: 'string',
    description: `\`wait=5\`: up to ${MAX_WAIT_S} seconds for the decision, then 200 with it; needs \`notes:read\` too`,
  },
} as const;

export function waitSeconds(prefer: string | readonly string[] | undefined): number {
  const text = typeof prefer === 'string' ? prefer : (prefer ?? []).join(',');
  const seconds = /(?:^|[,;\s])wait\s*=\s*(\d{1,4})(?=$|[,;\s])/i.exec(text)?.[1];
  return seconds === undefined ? 0 : Math.min(Number(seconds), MAX_WAIT_S);
}

export interface Awaited {
  readonly sourceId: string;
  readonly noteId: string;
  readonly revisionId: string;
}

/** Nobody judges what was replaced. */
function standingOf(view: NoteView, revisionId: string): 'judged' | 'replaced' | 'waits' {
  if (view.status === 'erased') throw new InvalidInputError('gone_erased', 'The note was erased meanwhile.');
  const own = view.revisions.find((revision) => revision.revisionId === revisionId);
  if (own?.status !== 'pending') return 'judged';
  return own === view.revisions.at(-1) ? 'waits' : 'replaced';
}

export function decisionWaiter(notes: Pick<NotesStore, 'get'>) {
  let waiters = 0;
  return async (awaited: Awaited, seconds: number, isGone: () => boolean): Promise<NoteView | null> => {
    if (waiters >= MAX_WAITERS) return null;
    waiters += 1;
    try {
      const end = performance.now() + seconds * 1_000;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
        const view = await notes.get(awaited.sourceId, awaited.noteId);
        if (view === null) return null;
        const standing = standingOf(view, awaited.revisionId);
        if (standing === 'judged') return view;
        const leftMs = end - performance.now();
        if (standing === 'replaced' || leftMs <= 0 || isGone()) return null;
        await sleep(Math.min(pauseMs, leftMs));
      }
    } finally {
      waiters -= 1;
    }
  };
}
