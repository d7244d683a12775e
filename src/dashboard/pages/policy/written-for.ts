/** Where a region has a rule from: its own file, or the nearest one that it extends. */
interface Place {
  readonly region: string;
}
interface Family {
  readonly id: string;
  readonly extends: string | null;
}

export function writtenFor<T extends Place>(
  written: readonly T[],
  home: string,
  regions: readonly Family[],
): T | undefined {
  const seen = new Set<string>();
  let at: string | null = home;
  while (at !== null && !seen.has(at)) {
    const region: string = at;
    const own = written.find((one) => one.region === region);
    if (own !== undefined) return own;
    seen.add(region);
    at = regions.find(({ id }) => id === region)?.extends ?? null;
  }
  return undefined;
}
