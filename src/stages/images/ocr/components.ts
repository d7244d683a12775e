/** Connected parts of a mask, eight neighbours, as boxes. */
import type { Grey } from './grey.js';

export interface Part {
  readonly left: number;
  readonly top: number;
  /** Exclusive. */
  readonly right: number;
  readonly bottom: number;
  /** Pixels of the mask. */
  readonly area: number;
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly y: number;
  /** Another run of the same part, or itself. */
  parent: Run;
}

/** Union by runs of rows: linear in the pixels whatever they show. A pixel belongs to the mask from `least` on. */
export function partsOf(picture: Grey, least: number): readonly Part[] {
  const runs: Run[] = [];
  let above: readonly Run[] = [];
  for (let y = 0; y < picture.height; y += 1) {
    const row = runsOfRow(picture, y, least);
    joinRows(above, row);
    runs.push(...row);
    above = row;
  }
  return boxesOf(runs);
}

function runsOfRow({ width, px }: Grey, y: number, least: number): readonly Run[] {
  const row: Run[] = [];
  const base = y * width;
  for (let x = 0; x < width; x += 1) {
    if ((px[base + x] as number) < least) continue;
    const start = x;
    while (x < width && (px[base + x] as number) >= least) x += 1;
    const run = { start, end: x, y } as Run;
    run.parent = run;
    row.push(run);
  }
  return row;
}

function joinRows(above: readonly Run[], row: readonly Run[]): void {
  let first = 0;
  for (const run of row) {
    while (first < above.length && (above[first]?.end ?? 0) < run.start) first += 1;
    for (let at = first; at < above.length; at += 1) {
      const other = above[at];
      if (other === undefined || other.start > run.end) break;
      rootOf(run).parent = rootOf(other);
    }
  }
}

function rootOf(run: Run): Run {
  let at = run;
  while (at.parent !== at) {
    at.parent = at.parent.parent;
    at = at.parent;
  }
  return at;
}

function boxesOf(runs: readonly Run[]): readonly Part[] {
  const boxes = new Map<Run, { left: number; top: number; right: number; bottom: number; area: number }>();
  for (const run of runs) {
    const root = rootOf(run);
    const { start, end, y } = run;
    const box = boxes.get(root);
    if (box === undefined) boxes.set(root, { left: start, top: y, right: end, bottom: y + 1, area: end - start });
    else {
      box.left = Math.min(box.left, start);
      box.right = Math.max(box.right, end);
      box.bottom = y + 1;
      box.area += end - start;
    }
  }
  return [...boxes.values()];
}
