/**
 * Limited-memory BFGS for smooth convex functions.
 *
 * @see Liu, D. C. and Nocedal, J. (1989), Mathematical Programming 45, 503-528, doi:10.1007/BF01589116
 */

/** Value at `x`; writes the gradient there into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Steps at most. */
  readonly maxIter: number;
  /** Stops where no entry of the gradient is larger, in absolute value. */
  readonly tol: number;
  /** Applies an approximate inverse of the Hessian (symmetric, positive definite) to a vector, in place. */
  readonly precondition: (vector: Float64Array) => void;
  /** Called after every step, from 1; false ends the search there. */
  readonly onStep: (step: number, value: number, x: Float64Array) => Promise<boolean>;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly nIter: number;
  /** False when the search ended before `tol`: no step left, none that leads lower, or told to stop. */
  readonly isConverged: boolean;
}

/** Pairs of steps and gradient changes that are kept. */
const MEMORY = 10;
const MAX_TRIALS = 30;
/** Share of the initial slope that must be gone, and of the promised fall that must be had (Wolfe). */
const CURVATURE = 0.9;
const DECREASE = 1e-4;
/** Rounding of the sum that a value is, relative to it. */
const ROUNDING = 1e-12;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
}

/** Searches from `start`, which is not modified. */
export async function minimize(
  objective: Objective,
  start: Float64Array,
  options: LbfgsOptions,
): Promise<Minimum> {
  const { maxIter, tol, precondition, onStep } = options;
  const pairs: Pair[] = [];
  let x = start;
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  for (let nIter = 0; ; nIter++) {
    const isConverged = gradient.every((slope) => Math.abs(slope) <= tol);
    if (isConverged || nIter === maxIter) return { x, value, nIter, isConverged };
    const direction = findDirection(gradient, pairs, precondition);
    const next = searchLine(objective, { x, value, gradient }, direction);
    if (next === null) return { x, value, nIter, isConverged };
    pairs.push(toPair(next, { x, gradient }));
    if (pairs.length > MEMORY) pairs.shift();
    ({ x, value, gradient } = next);
    const goesOn = await onStep(nIter + 1, value, x);
    if (!goesOn) return { x, value, nIter: nIter + 1, isConverged: false };
  }
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

function toPair(next: Point, from: Pick<Point, 'x' | 'gradient'>): Pair {
  const step = next.x.map((to, i) => to - from.x[i]);
  const change = next.gradient.map((to, i) => to - from.gradient[i]);
  return { step, change, product: dot(step, change) };
}

/** The two loops of the method: minus the inverse Hessian, as the pairs show it, times the gradient. */
function findDirection(
  gradient: Float64Array,
  pairs: readonly Pair[],
  precondition: (vector: Float64Array) => void,
): Float64Array {
  const direction = gradient.map((slope) => -slope);
  const shares = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, product } = pairs[i];
    shares[i] = dot(step, direction) / product;
    addScaled(direction, -shares[i], change);
  }
  precondition(direction);
  const last = pairs.at(-1);
  if (last !== undefined) {
    const preconditioned = last.change.slice();
    precondition(preconditioned);
    const scale = last.product / dot(last.change, preconditioned);
    direction.forEach((entry, i) => (direction[i] = scale * entry));
  }
  for (const [i, { step, change, product }] of pairs.entries()) {
    addScaled(direction, shares[i] - dot(change, direction) / product, step);
  }
  return direction;
}

/**
 * A point along `direction` that fulfils the conditions of Wolfe, by doubling and halving; null: none found.
 *
 * Where the function still falls, it lies below the start, because it is convex: no value is compared then,
 * and rounding of the values does not end the search early.
 */
function searchLine(objective: Objective, from: Point, direction: Float64Array): Point | null {
  const slope = dot(from.gradient, direction);
  let low = 0;
  let high = Infinity;
  let length = 1;
  for (let trial = 0; trial < MAX_TRIALS; trial++) {
    const x = from.x.map((at, i) => at + length * direction[i]);
    const gradient = new Float64Array(x.length);
    const value = objective(x, gradient);
    const slopeThere = dot(gradient, direction);
    const allowed = from.value + DECREASE * length * slope + ROUNDING * Math.abs(from.value);
    const isTooFar = !(slopeThere <= 0 || (slopeThere <= -CURVATURE * slope && value <= allowed));
    if (isTooFar) high = length;
    else if (slopeThere < CURVATURE * slope) low = length;
    else return { x, value, gradient };
    length = high === Infinity ? 2 * length : (low + high) / 2;
  }
  return null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, scale: number, vector: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * vector[i];
}
