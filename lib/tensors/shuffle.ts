import type { Rng } from '../rng.ts';

/**
 * The numbers 0 to n - 1 in random order, every order equally likely; worker threads can see them.
 *
 * Cost: n draws. Source: Durstenfeld, R. (1964), Algorithm 235: Random permutation, Communications of the
 * ACM 7(7), 420, doi:10.1145/364520.364540.
 */
export function shuffledIndices(n: number, rng: Rng): Int32Array {
  const indices = new Int32Array(new SharedArrayBuffer(n * Int32Array.BYTES_PER_ELEMENT));
  for (let i = 0; i < n; i++) indices[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1));
    const swapped = indices[i];
    indices[i] = indices[j];
    indices[j] = swapped;
  }
  return indices;
}
