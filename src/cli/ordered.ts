/** Maps a stream with several items in flight and yields the results in the order of the input. */
export async function* mapInOrder<A, B>(
  items: AsyncIterable<A>,
  inFlight: number,
  map: (item: A) => Promise<B>,
): AsyncGenerator<B> {
  const running: Promise<B>[] = [];
  for await (const item of items) {
    const next = map(item);
    // A rejection is thrown where the result is taken; until then it counts as handled.
    next.catch(() => undefined);
    running.push(next);
    if (running.length >= inFlight) yield await (running.shift() as Promise<B>);
  }
  for (const rest of running) yield await rest;
}
