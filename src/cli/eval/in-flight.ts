/** Work that is under way, so much at a time; the first fault ends the adding of more. */
export interface InFlight {
  /** Starts when there is room. Throws what earlier work threw. */
  add(work: () => Promise<void>): Promise<void>;
  /** Until nothing is under way; throws nothing. */
  settled(): Promise<void>;
  /** Throws the first fault. */
  check(): void;
}

export function inFlight(most: number): InFlight {
  const going = new Set<Promise<void>>();
  const faults: unknown[] = [];
  const check = (): void => {
    if (faults.length > 0) throw faults[0];
  };
  return {
    check,
    async add(work) {
      while (going.size >= most) await Promise.race(going);
      check();
      const done: Promise<void> = work()
        .catch((error: unknown) => {
          faults.push(error);
        })
        .finally(() => going.delete(done));
      going.add(done);
    },
    settled: async () => void (await Promise.all(going)),
  };
}
