const LEAST_PAUSE_MS = 60_000;

/** How long evidence is waited for that another job gathers: until the policies call it overdue; a look in between costs little. */
export const waitUntil = (since: number, deadlineMs: number, now: number): string =>
  new Date(Math.max(since + deadlineMs, now + LEAST_PAUSE_MS)).toISOString();
