/**
 * The arithmetic of growing trees: kernel/arithmetic.h repeats it operation by operation, so that kernel and
 * typed arrays grow the same trees on every machine.
 */

/** What a node draws; the second word of its counters. */
export const THRESHOLD = 0;
export const FEATURES = 1;
export const ROWS = 2;
export const CHILD = 3;

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
const PARITY = 0x1bd11bda;
const N_ROUNDS = 20;

/** 64 random bits as two unsigned words; overwritten by the next call. */
export const words = new Uint32Array(2);

/**
 * Threefry-2x32 with 20 rounds: fills {@link words} from a key and a counter, in no order of calls.
 *
 * @see Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3, doi:10.1145/2063384.2063405
 */
export function threefry(key0: number, key1: number, counter0: number, counter1: number): void {
  const key2 = key0 ^ key1 ^ PARITY;
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;
  for (let round = 0; round < N_ROUNDS; round += 4) {
    const rotation = round & 4;
    for (let i = 0; i < 4; i++) {
      x = (x + y) | 0;
      const turn = ROTATIONS[rotation + i];
      y = ((y << turn) | (y >>> (32 - turn))) ^ x;
    }
    const group = round >> 2;
    const next = (group + 1) % 3;
    const afterNext = (group + 2) % 3;
    x = (x + (next === 0 ? key0 : next === 1 ? key1 : key2)) | 0;
    y = (y + (afterNext === 0 ? key0 : afterNext === 1 ? key1 : key2) + group + 1) | 0;
  }
  words[0] = x;
  words[1] = y;
}

/** In [0, 1), from an unsigned word. */
export const toUnit = (word: number): number => word * 2 ** -32;

/** In [0, n), from an unsigned word. */
export const toIndex = (word: number, n: number): number => Math.floor(toUnit(word) * n);

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** Natural logarithm of a positive normal number, within 2 ulp; Math.log may differ between machines. */
export function naturalLog(value: number): number {
  double[0] = value;
  // mantissa in [sqrt(1/2), sqrt(2)): subtract the bits of sqrt(1/2), keep the exponent
  const exponent = (halves[1] - 0x3fe6a09e) >> 20;
  halves[1] -= exponent << 20;
  const mantissa = double[0];
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  let sum = 1 / 23;
  for (let power = 21; power >= 3; power -= 2) sum = sum * z + 1 / power;
  return exponent * 0.6931471805599453 + (2 * s + 2 * s * (z * sum));
}

const float = new Float32Array(1);
const floatBits = new Int32Array(float.buffer);

/** The greatest float32 that is not above `value`. */
export function roundDown(value: number): number {
  float[0] = value;
  if (float[0] <= value) return float[0];
  const bits = floatBits[0];
  if (bits > 0) floatBits[0] = bits - 1;
  else if (bits === 0 || bits === -(2 ** 31)) floatBits[0] = -(2 ** 31) + 1;
  else floatBits[0] = bits + 1;
  return float[0];
}
