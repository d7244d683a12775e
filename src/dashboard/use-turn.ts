/** One step after the other: a key that is pressed twice takes one step, not two cases. */
import { useCallback, useRef } from 'react';

export type Turn = (step: () => Promise<unknown>) => void;

/** Steps say their own faults; what is asked for while one runs is dropped. */
export function useTurn(): Turn {
  const running = useRef(false);
  return useCallback((step) => {
    if (running.current) return;
    running.current = true;
    void step()
      .catch(() => undefined)
      .finally(() => {
        running.current = false;
      });
  }, []);
}
