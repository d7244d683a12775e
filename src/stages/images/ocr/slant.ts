/** How far the lines of a picture are turned, from the boxes of their letters. */
import type { Part } from './components.js';

const DEGREE = Math.PI / 180;
/** A photo that was not held straight. */
export const USUAL_DEGREES = 9;

/** The turn under which the rows of the parts are sharpest. */
export function slantOf(parts: readonly Part[], mostDegrees = USUAL_DEGREES): number {
  const heights = parts.map((part) => part.bottom - part.top).sort((a, b) => a - b);
  const middle = heights[heights.length >> 1] ?? 8;
  const bin = Math.max(1.5, middle / 6);
  const large = parts.filter((part) => part.bottom - part.top >= middle * 0.6);
  let best = { angle: 0, score: sharpness(large, 0, bin) * 1.02 };
  const look = (degrees: number): void => {
    const score = sharpness(large, degrees * DEGREE, bin);
    if (score > best.score) best = { angle: degrees, score };
  };
  for (let degrees = -mostDegrees; degrees <= mostDegrees; degrees += 0.75) look(degrees);
  const coarse = best.angle;
  for (let step = -2; step <= 2; step += 1) if (step !== 0) look(coarse + step * 0.25);
  return best.angle * DEGREE;
}

/** Sum of squares of the rows that tops and bottoms of the parts fall into. */
function sharpness(parts: readonly Part[], angle: number, bin: number): number {
  const rows = new Map<number, number>();
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  for (const { left, right, top, bottom } of parts) {
    const x = (left + right) / 2;
    for (const y of [top, bottom]) {
      const place = (y * cos - x * sin) / bin;
      const low = Math.floor(place);
      rows.set(low, (rows.get(low) ?? 0) + (1 - place + low));
      rows.set(low + 1, (rows.get(low + 1) ?? 0) + (place - low));
    }
  }
  let sum = 0;
  for (const count of rows.values()) sum += count * count;
  return sum;
}
