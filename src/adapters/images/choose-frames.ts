/** Which frames of an animation are looked at: those that differ most, so that one frame among many does not hide. */

/** Mean difference of a channel below which two frames show the same. */
const SAME = 0.05;

/**
 * `small`: all frames, equally small, behind each other. The first frame, then whichever is farthest from those that
 * were chosen, until `most` are or nothing new is left.
 */
export function chooseFrames(small: Uint8Array, frames: number, most: number): readonly number[] {
  const size = small.length / frames;
  const nearest = new Float64Array(frames).fill(Number.POSITIVE_INFINITY);
  const chosen = [0];
  while (chosen.length < Math.min(most, frames)) {
    const last = chosen.at(-1) ?? 0;
    let [farthest, distance] = [-1, SAME * size];
    for (let frame = 0; frame < frames; frame += 1) {
      nearest[frame] = Math.min(nearest[frame] as number, differenceOf(small, frame * size, last * size, size));
      if ((nearest[frame] as number) > distance) [farthest, distance] = [frame, nearest[frame] as number];
    }
    if (farthest < 0) break;
    chosen.push(farthest);
  }
  return chosen.sort((a, b) => a - b);
}

function differenceOf(px: Uint8Array, a: number, b: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += Math.abs((px[a + i] as number) - (px[b + i] as number));
  return sum;
}

/** First, last and evenly between. */
export function evenFrames(frames: number, most: number): readonly number[] {
  if (frames <= 1) return [0];
  const count = Math.min(frames, most);
  return [...new Set(Array.from({ length: count }, (_, i) => Math.round((i * (frames - 1)) / (count - 1))))];
}
