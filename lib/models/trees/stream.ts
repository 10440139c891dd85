/** A random stream for what is drawn in one fixed order. */
import { threefry, toUnit, words } from './arithmetic.ts';

/** Apart from what the nodes of arithmetic.ts draw. */
const STREAM = 4;

/** Numbers in [0, 1), one after another; the same two words always give the same ones. */
export function createStream(key0: number, key1: number): () => number {
  let nDrawn = 0;
  let second = 0;
  return () => {
    if (nDrawn++ & 1) return toUnit(second);
    threefry(key0, key1, nDrawn >> 1, STREAM);
    second = words[1];
    return toUnit(words[0]);
  };
}
