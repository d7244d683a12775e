/**
 * Says when this worker is stuck: for so long work was due that long, nothing ended here, and every sweep was answered.
 * After an outage of the database or of Redis the first sweep finds old work and no progress, which is no fault here.
 */
export interface StuckWatch {
  see(now: number, oldestDueMs: number, lastProgressAt: number): boolean;
  /** A sweep failed: what was seen before it says nothing about this worker. */
  forget(): void;
}

export function stuckWatch(stuckAfterMs: number): StuckWatch {
  let since: number | null = null;
  return {
    see: (now, oldestDueMs, lastProgressAt) => {
      const isLate = oldestDueMs > stuckAfterMs;
      if (!isLate || since === null || lastProgressAt >= since) since = isLate ? now : null;
      return since !== null && now - since > stuckAfterMs;
    },
    forget: () => {
      since = null;
    },
  };
}
