import seedrandom from 'seedrandom';

/** A stream of uniform numbers: `rng()` in [0, 1), `rng.int32()` over all 32-bit integers. */
export interface Rng {
  (): number;
  int32(): number;
}

/**
 * The random stream of one use: seed, stage and purpose together name it, so that adding a stage or a
 * draw changes no other stage's numbers. The same three always give the same stream (ARC4).
 */
export function createRng(seed: number, stage: string, purpose: string): Rng {
  return seedrandom(`${seed}:${stage}:${purpose}`);
}
