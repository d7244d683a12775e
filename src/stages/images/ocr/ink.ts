/** Values of a line, whatever paper and ink are -> grey: paper white, ink black. */

/** Steps between the least and the largest value; finer than eight bits, so that faint ink keeps its shades. */
const STEPS = 1_024;

export function darkOnLight(values: Float32Array, width: number, height: number): Uint8Array {
  flatten(values, width, height);
  const at = percentiles(values);
  const [low, middle, high] = [at(0.01), at(0.5), at(0.99)];
  // Ink is the rarer colour; paper lies a little beyond the middle.
  const isLight = high - middle > middle - low;
  const [ink, paper] = isLight ? [high, Math.min(middle, at(0.4))] : [low, Math.max(middle, at(0.6))];
  const px = new Uint8Array(values.length).fill(255);
  if (Math.abs(paper - ink) < 1) return px;
  const scale = 255 / (paper - ink);
  for (let i = 0; i < px.length; i += 1) {
    px[i] = Math.max(0, Math.min(255, ((values[i] as number) - ink) * scale));
  }
  return px;
}

/** Value below which a share of all lies. */
function percentiles(values: Float32Array): (share: number) => number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const counts = new Uint32Array(STEPS + 1);
  const scale = most > least ? STEPS / (most - least) : 0;
  for (const value of values) {
    const step = ((value - least) * scale) | 0;
    counts[step] = (counts[step] as number) + 1;
  }
  return (share) => {
    let seen = 0;
    for (let step = 0; step <= STEPS; step += 1) {
      seen += counts[step] as number;
      if (seen > share * values.length) return scale === 0 ? least : least + (step + 0.5) / scale;
    }
    return most;
  };
}

/** Paper that darkens from one end of the line to the other is made even: the median of each stretch is taken off. */
function flatten(values: Float32Array, width: number, height: number): void {
  const count = Math.max(1, Math.round(width / Math.max(height * 2, 24)));
  const medians = Array.from({ length: count }, (_, k) => {
    const [from, to] = [Math.floor((k * width) / count), Math.floor(((k + 1) * width) / count)];
    return medianOf(values, width, from, to);
  });
  for (let x = 0; x < width; x += 1) {
    const at = Math.min(count - 1, Math.max(0, (x / width) * count - 0.5));
    const low = Math.floor(at);
    const level =
      (medians[low] as number) * (1 - at + low) + (medians[Math.min(count - 1, low + 1)] as number) * (at - low);
    for (let i = x; i < values.length; i += width) values[i] = (values[i] as number) - level;
  }
}

/** Of the columns `from` to `to`, every other pixel. */
function medianOf(values: Float32Array, width: number, from: number, to: number): number {
  const some: number[] = [];
  for (let row = 0; row < values.length; row += 2 * width) {
    for (let x = from; x < to; x += 2) some.push(values[row + x] as number);
  }
  return Float32Array.from(some).sort()[some.length >> 1] ?? 0;
}
