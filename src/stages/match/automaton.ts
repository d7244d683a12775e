/** Aho-Corasick over UTF-16 code units: finds all patterns in one pass, in time linear in the text. */
export interface Automaton {
  readonly size: number;
  /** Calls back for every occurrence: index of the pattern, end of the occurrence (exclusive). */
  scan(text: string, found: (pattern: number, end: number) => void): void;
}

/** A trie in typed arrays: tens of thousands of nodes are built in milliseconds and scanned without touching objects. */
interface Trie {
  readonly size: number;
  /** Of each node: where it hangs, by which unit, how deep. */
  readonly parents: Int32Array;
  readonly units: Uint16Array;
  readonly depths: Int32Array;
  /** First pattern that ends at the node, -1 for none; further ones through `nextPattern`. */
  readonly firstPattern: Int32Array;
  readonly nextPattern: Int32Array;
  /** Child of `node` by `unit`, 0 when there is none. */
  child(node: number, unit: number): number;
}

/** Typed arrays hold a number at every index that is asked for here; the type checker cannot know. */
const item = (list: Int32Array | Uint16Array, index: number): number => list[index] ?? 0;

const hashOf = (node: number, unit: number, shift: number): number =>
  (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> shift;

function buildTrie(patterns: readonly string[]): Trie {
  const capacity = patterns.reduce((sum, pattern) => sum + pattern.length, 1);
  let bits = 8;
  while (1 << bits < capacity * 2) bits += 1;
  const [mask, shift] = [(1 << bits) - 1, 32 - bits];
  /** Open-addressed transitions: 0 is free, since no edge leads to the root. */
  const targets = new Int32Array(mask + 1);
  const parents = new Int32Array(capacity);
  const units = new Uint16Array(capacity);
  const depths = new Int32Array(capacity);
  const firstPattern = new Int32Array(capacity).fill(-1);
  const nextPattern = new Int32Array(patterns.length).fill(-1);
  const slotOf = (node: number, unit: number): number => {
    let slot = hashOf(node, unit, shift);
    for (let target = item(targets, slot); target !== 0; target = item(targets, slot)) {
      if (parents[target] === node && units[target] === unit) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  };
  let size = 1;
  const grow = (node: number, unit: number): number => {
    const slot = slotOf(node, unit);
    const known = item(targets, slot);
    if (known !== 0) return known;
    targets[slot] = size;
    parents[size] = node;
    units[size] = unit;
    depths[size] = item(depths, node) + 1;
    size += 1;
    return size - 1;
  };
  for (const [index, pattern] of patterns.entries()) {
    let node = 0;
    for (let i = 0; i < pattern.length; i += 1) node = grow(node, pattern.charCodeAt(i));
    if (node === 0) continue;
    nextPattern[index] = firstPattern[node] ?? -1;
    firstPattern[node] = index;
  }
  const child = (node: number, unit: number): number => item(targets, slotOf(node, unit));
  return { size, parents, units, depths, firstPattern, nextPattern, child };
}

/** Nodes by rising depth, so that a node's links are made after those of everything shorter. */
function nodesByDepth({ size, depths }: Trie): Int32Array {
  const starts = new Int32Array(size + 1);
  for (let node = 1; node < size; node += 1) {
    const depth = item(depths, node);
    starts[depth + 1] = item(starts, depth + 1) + 1;
  }
  for (let depth = 1; depth < starts.length; depth += 1) starts[depth] = item(starts, depth) + item(starts, depth - 1);
  const order = new Int32Array(size - 1);
  for (let node = 1; node < size; node += 1) {
    const depth = item(depths, node);
    const place = item(starts, depth);
    order[place] = node;
    starts[depth] = place + 1;
  }
  return order;
}

/** `fails[n]`: longest proper suffix that is a node; `outputs[n]`: nearest such node that ends a pattern, 0 for none. */
function buildLinks(trie: Trie): { readonly fails: Int32Array; readonly outputs: Int32Array } {
  const fails = new Int32Array(trie.size);
  const outputs = new Int32Array(trie.size);
  for (const node of nodesByDepth(trie)) {
    const parent = item(trie.parents, node);
    if (parent === 0) continue;
    const unit = item(trie.units, node);
    let fail = item(fails, parent);
    while (fail !== 0 && trie.child(fail, unit) === 0) fail = item(fails, fail);
    const target = trie.child(fail, unit);
    fails[node] = target;
    outputs[node] = (trie.firstPattern[target] ?? -1) >= 0 ? target : item(outputs, target);
  }
  return { fails, outputs };
}

export function buildAutomaton(patterns: readonly string[]): Automaton {
  const trie = buildTrie(patterns);
  const { fails, outputs } = buildLinks(trie);
  const roots = new Int32Array(65_536);
  for (let node = 1; node < trie.size; node += 1) if (trie.depths[node] === 1) roots[trie.units[node] ?? 0] = node;
  const step = (from: number, unit: number): number => {
    for (let node = from; node !== 0; node = item(fails, node)) {
      const next = trie.child(node, unit);
      if (next !== 0) return next;
    }
    return item(roots, unit);
  };
  const report = (node: number, end: number, found: (pattern: number, end: number) => void): void => {
    for (let at = node; at !== 0; at = item(outputs, at)) {
      for (let p = trie.firstPattern[at] ?? -1; p >= 0; p = trie.nextPattern[p] ?? -1) found(p, end);
    }
  };
  return {
    size: patterns.length,
    scan(text, found) {
      let node = 0;
      for (let i = 0; i < text.length; i += 1) {
        node = step(node, text.charCodeAt(i));
        report(node, i + 1, found);
      }
    },
  };
}
