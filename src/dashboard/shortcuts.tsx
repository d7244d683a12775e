/** Keys of a page: registered where they act, listed by the sheet (`?`) and offered by the palette (Ctrl-K). */
import { createContext, type ReactNode, useContext, useEffect, useId, useLayoutEffect, useMemo, useRef } from 'react';
import { usePreferences } from './api/preferences.js';

export const PALETTE_KEY = 'ctrl+k';

export interface Shortcut {
  /** `n`, `1`, `?`, `ctrl+k`, `Enter`; null: offered by the palette alone. */
  readonly key: string | null;
  readonly label: string;
  readonly group: string;
  readonly run: () => void;
}
interface Registry {
  set(owner: string, shortcuts: readonly Shortcut[]): void;
  drop(owner: string): void;
  all(): readonly Shortcut[];
}
const Context = createContext<Registry | null>(null);

/** The letter on the key where the layout is not Latin, so that the keys work in every script. */
export function nameOf(event: KeyboardEvent): string {
  // Names such as `Enter` are Latin too; one key may write two letters, as B does on an Arabic keyboard.
  const plain = /^[\x21-\x7e]+$/.test(event.key);
  const letter = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1]?.toLowerCase();
  const name = plain ? event.key : (letter ?? event.key);
  return event.ctrlKey || event.metaKey ? `ctrl+${name.length === 1 ? name.toLowerCase() : name}` : name;
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)));

const isInDialog = (): boolean => document.querySelector('[role="dialog"]') !== null;

export function ShortcutsProvider({ children }: { readonly children: ReactNode }) {
  const owners = useRef(new Map<string, readonly Shortcut[]>());
  const { keys } = usePreferences();
  const registry = useMemo<Registry>(
    () => ({
      set: (owner, shortcuts) => void owners.current.set(owner, shortcuts),
      drop: (owner) => void owners.current.delete(owner),
      all: () => [...owners.current.values()].flat(),
    }),
    [],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const name = nameOf(event);
      const held = name.startsWith('ctrl+');
      if (event.altKey || event.isComposing || event.repeat || isInDialog()) return;
      if (!held && (isWriting(event.target) || !keys)) return;
      // Enter on a control is that control's own.
      if (name === 'Enter' && event.target !== document.body && event.target instanceof HTMLElement) {
        if (event.target.matches('a, button, summary, [role="button"]')) return;
      }
      const shortcut = registry.all().find((one) => one.key === name);
      if (shortcut === undefined) return;
      event.preventDefault();
      shortcut.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [registry, keys]);
  return <Context.Provider value={registry}>{children}</Context.Provider>;
}

export function useRegistry(): Registry {
  const registry = useContext(Context);
  if (registry === null) throw new Error('outside of ShortcutsProvider');
  return registry;
}

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const registry = useRegistry();
  const owner = useId();
  // Before what they act on can be seen: a key never acts on what was there before.
  useLayoutEffect(() => {
    registry.set(owner, shortcuts);
    return () => registry.drop(owner);
  });
}
