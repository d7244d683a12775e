/** Work that runs side by side, and work that must have the process to itself: it waits for the rest, and the rest for it. */
export interface SharedOrAlone {
  shared<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function sharedOrAlone(): SharedOrAlone {
  let running = 0;
  let isAlone = false;
  const waiting: { readonly alone: boolean; readonly start: () => void }[] = [];
  const startNext = (): void => {
    for (let next = waiting[0]; next !== undefined && !isAlone; next = waiting[0]) {
      if (next.alone && running > 0) return;
      waiting.shift();
      running += 1;
      isAlone = next.alone;
      next.start();
    }
  };
  const run = async <T>(alone: boolean, work: () => Promise<T>): Promise<T> => {
    // In order of arrival: what wants to be alone is not passed by for ever.
    await new Promise<void>((start) => {
      waiting.push({ alone, start });
      startNext();
    });
    try {
      return await work();
    } finally {
      running -= 1;
      if (alone) isAlone = false;
      startNext();
    }
  };
  return { shared: (work) => run(false, work), alone: (work) => run(true, work) };
}
