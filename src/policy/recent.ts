/** Remembers what was made for the keys used last; for makers that depend on their key alone. */
export function recent<T>(most: number): (key: string, make: () => T) => T {
  const known = new Map<string, { readonly value: T }>();
  return (key, make) => {
    const found = known.get(key) ?? { value: make() };
    known.delete(key);
    known.set(key, found);
    const oldest = known.size > most ? known.keys().next() : null;
    if (oldest !== null && oldest.done !== true) known.delete(oldest.value);
    return found.value;
  };
}
