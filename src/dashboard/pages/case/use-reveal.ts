/** The ways to see what is blurred: a button that stays pressed, a key that is held, a pointer that rests. */
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { nameOf } from '../../shortcuts.js';

/** A pointer on its way to something else shows nothing. */
const REST_MS = 400;

/** True while the key is down. */
export function useHeldKey(key: string, active: boolean): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!active) return;
    const down = (event: KeyboardEvent) => {
      const writes = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (nameOf(event) === key && !writes) setHeld(true);
    };
    const up = () => setHeld(false);
    document.addEventListener('keydown', down);
    document.addEventListener('keyup', up);
    window.addEventListener('blur', up);
    return () => {
      document.removeEventListener('keydown', down);
      document.removeEventListener('keyup', up);
      window.removeEventListener('blur', up);
    };
  }, [key, active]);
  return held;
}

/**
 * True from a moment after the pointer came to rest on the element until it leaves; on a touch screen while the finger
 * stays. The hand has to move: a picture that scrolls under a still pointer stays hidden.
 */
export function useRestingPointer(active: boolean) {
  const [rests, setRests] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const place = useRef<Element>(undefined);
  const leave = () => {
    clearTimeout(timer.current);
    setRests(false);
  };
  const settle = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setRests(true), REST_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  // No leaving is told where what lay under the pointer was taken away, as a cover is when the picture shows.
  useEffect(() => {
    if (!rests) return;
    const look = ({ target }: Event) => {
      if (target instanceof Node && place.current?.contains(target)) return;
      setRests(false);
    };
    const events = ['pointermove', 'pointerout', 'pointercancel'];
    for (const name of events) document.addEventListener(name, look);
    return () => {
      for (const name of events) document.removeEventListener(name, look);
    };
  }, [rests]);
  const isMoved = ({ movementX, movementY }: PointerEvent): boolean => movementX !== 0 || movementY !== 0;
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      place.current = event.currentTarget;
      if (event.pointerType !== 'mouse') settle();
    },
    onPointerMove: (event: PointerEvent) => {
      place.current = event.currentTarget;
      if (!rests && isMoved(event)) settle();
    },
    onPointerUp: (event: PointerEvent) => {
      if (event.pointerType !== 'mouse') leave();
    },
    onPointerLeave: leave,
    onPointerCancel: leave,
  };
  return { rests: active && rests, handlers: active ? handlers : {} };
}
