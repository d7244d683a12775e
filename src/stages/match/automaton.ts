/** Aho-Corasick over UTF-16 code units: finds all patterns in one pass, in time linear in the text. */
export interface Automaton {
  readonly size: number;
  /** Calls back for every occurrence: index of the pattern, end of the occurrence (exclusive). */
  scan(text: string, found: (pattern: number, end: number) => void): void;
}

interface Trie {
  readonly children: Map<number, number>[];
  readonly patterns: number[][];
}

function buildTrie(patterns: readonly string[]): Trie {
  const trie: Trie = { children: [new Map()], patterns: [[]] };
  for (const [index, pattern] of patterns.entries()) {
    let node = 0;
    for (let i = 0; i < pattern.length; i += 1) {
      const code = pattern.charCodeAt(i);
      const known = trie.children[node]?.get(code);
      if (known !== undefined) {
        node = known;
        continue;
      }
      const made = trie.children.length;
      trie.children.push(new Map());
      trie.patterns.push([]);
      trie.children[node]?.set(code, made);
      node = made;
    }
    if (pattern !== '') trie.patterns[node]?.push(index);
  }
  return trie;
}

/** Transitions in one open-addressed table of typed arrays: small, and no object is touched while scanning. */
interface Table {
  find(node: number, code: number): number;
}

function buildTable(trie: Trie): Table {
  let bits = 8;
  while (1 << bits < trie.children.length * 2) bits += 1;
  const mask = (1 << bits) - 1;
  const nodes = new Int32Array(mask + 1).fill(-1);
  const codes = new Uint16Array(mask + 1);
  const targets = new Int32Array(mask + 1);
  const slotOf = (node: number, code: number): number => {
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)) >>> (32 - bits);
    while (nodes[slot] !== -1 && (nodes[slot] !== node || codes[slot] !== code)) slot = (slot + 1) & mask;
    return slot;
  };
  for (const [node, children] of trie.children.entries()) {
    for (const [code, target] of children) {
      const slot = slotOf(node, code);
      nodes[slot] = node;
      codes[slot] = code;
      targets[slot] = target;
    }
  }
  return {
    find(node, code) {
      const slot = slotOf(node, code);
      return nodes[slot] === -1 ? 0 : (targets[slot] ?? 0);
    },
  };
}

/** `fails[n]`: longest proper suffix that is a node; `outputs[n]`: nearest such node that ends a pattern, 0 for none. */
function buildLinks(trie: Trie, table: Table): { readonly fails: Int32Array; readonly outputs: Int32Array } {
  const fails = new Int32Array(trie.children.length);
  const outputs = new Int32Array(trie.children.length);
  const queue = [...(trie.children[0]?.values() ?? [])];
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head] ?? 0;
    for (const [code, child] of trie.children[node] ?? []) {
      let fail = fails[node] ?? 0;
      while (fail !== 0 && table.find(fail, code) === 0) fail = fails[fail] ?? 0;
      const target = table.find(fail, code);
      fails[child] = target;
      outputs[child] = (trie.patterns[target]?.length ?? 0) > 0 ? target : (outputs[target] ?? 0);
      queue.push(child);
    }
  }
  return { fails, outputs };
}

export function buildAutomaton(patterns: readonly string[]): Automaton {
  const trie = buildTrie(patterns);
  const table = buildTable(trie);
  const { fails, outputs } = buildLinks(trie, table);
  const roots = new Int32Array(65_536);
  for (const [code, target] of trie.children[0] ?? []) roots[code] = target;
  const ends = trie.patterns;
  const step = (from: number, code: number): number => {
    for (let node = from; node !== 0; node = fails[node] ?? 0) {
      const next = table.find(node, code);
      if (next !== 0) return next;
    }
    return roots[code] ?? 0;
  };
  return {
    size: patterns.length,
    scan(text, found) {
      let node = 0;
      for (let i = 0; i < text.length; i += 1) {
        node = step(node, text.charCodeAt(i));
        for (let at = node; at !== 0; at = outputs[at] ?? 0) {
          for (const pattern of ends[at] ?? []) found(pattern, i + 1);
        }
      }
    },
  };
}
