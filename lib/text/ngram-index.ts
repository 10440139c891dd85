/**
 * N-grams as numbers: a tree whose nodes are n-grams, the empty one is node 0, and the child of a node by a unit is
 * the n-gram with that unit more. Children are found by one hash table (open addressing, at most half full).
 */
export interface NgramIndex {
  /** Nodes, the empty n-gram too. */
  size(): number;
  /** The child of `parent` by `unit` (0 or more); a new one gets the next number. */
  add(parent: number, unit: number): number;
  /** The child of `parent` by `unit`, or -1. */
  find(parent: number, unit: number): number;
  /** The units of an n-gram. */
  unitsOf(node: number): number[];
  /**
   * All nodes but the empty one, each before its children and children by the rank of their unit: n-grams in the order
   * of the ranks of their units, the shorter first.
   *
   * @param nRanks - Ranks are below it.
   */
  inOrder(rankOf: (unit: number) => number, nRanks: number): Uint32Array;
}

const N_FIRST_SLOTS = 2 ** 16;

export function createNgramIndex(): NgramIndex {
  // 0: empty, which no child is
  let slots = new Uint32Array(N_FIRST_SLOTS);
  let parents = new Uint32Array(N_FIRST_SLOTS / 2);
  let units = new Int32Array(N_FIRST_SLOTS / 2);
  let nNodes = 1;

  /** The slot of the child, or the empty one where it belongs. */
  function slotOf(parent: number, unit: number): number {
    const mask = slots.length - 1;
    let slot = hash(parent, unit) & mask;
    for (;;) {
      const node = slots[slot];
      if (node === 0 || (parents[node] === parent && units[node] === unit)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  function grow(): void {
    const [oldParents, oldUnits] = [parents, units];
    slots = new Uint32Array(2 * slots.length);
    parents = new Uint32Array(slots.length / 2);
    units = new Int32Array(slots.length / 2);
    parents.set(oldParents);
    units.set(oldUnits);
    for (let node = 1; node < nNodes; node++) slots[slotOf(parents[node], units[node])] = node;
  }

  return {
    size: () => nNodes,
    add(parent, unit) {
      const slot = slotOf(parent, unit);
      if (slots[slot] !== 0) return slots[slot];
      if (nNodes === parents.length) {
        grow();
        return this.add(parent, unit);
      }
      parents[nNodes] = parent;
      units[nNodes] = unit;
      slots[slot] = nNodes;
      return nNodes++;
    },
    find(parent, unit) {
      const node = slots[slotOf(parent, unit)];
      return node === 0 ? -1 : node;
    },
    unitsOf(node) {
      const found: number[] = [];
      for (let at = node; at !== 0; at = parents[at]) found.push(units[at]);
      return found.reverse();
    },
    inOrder(rankOf, nRanks) {
      const nodes = Uint32Array.from({ length: nNodes - 1 }, (_, i) => i + 1);
      const byRank = sortBy(nodes, nRanks, (node) => rankOf(units[node])).sorted;
      const { sorted: children, ends } = sortBy(byRank, nNodes, (node) => parents[node]);
      const order = new Uint32Array(nNodes - 1);
      // the next child of every node on the way down, by length
      const way = [0];
      const next = [0];
      for (let n = 0; way.length > 0;) {
        const at = next[next.length - 1]++;
        if (at === ends[way[way.length - 1]]) {
          way.pop();
          next.pop();
          continue;
        }
        const child = children[at];
        order[n++] = child;
        way.push(child);
        next.push(ends[child - 1]);
      }
      return order;
    },
  };
}

function hash(parent: number, unit: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  return h ^ (h >>> 13);
}

/** Stable counting sort; what has the key k stands before `ends[k]`, and after what has a lower one. */
function sortBy(
  nodes: Uint32Array,
  nKeys: number,
  keyOf: (node: number) => number,
): { sorted: Uint32Array; ends: Uint32Array } {
  const ends = new Uint32Array(nKeys);
  for (const node of nodes) ends[keyOf(node)]++;
  for (let key = 1; key < nKeys; key++) ends[key] += ends[key - 1];
  const next = ends.slice();
  const sorted = new Uint32Array(nodes.length);
  for (let i = nodes.length - 1; i >= 0; i--) sorted[--next[keyOf(nodes[i])]] = nodes[i];
  return { sorted, ends };
}
