/**
 * How the learning rate moves while a model learns. Steps count from 0 to nSteps - 1.
 *
 * - constant: `learningRate` throughout.
 * - cosine: from `learningRate` down to 0 on half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983).
 * - one_cycle: up from 1/25 of `learningRate` to it, then down to 1/10^4 of the start, both on half
 *   cosines (Smith & Topin 2018, arXiv:1708.07120, in the form of PyTorch's OneCycleLR).
 */
export const SCHEDULES = ['constant', 'cosine', 'one_cycle'] as const;

export interface Schedule {
  readonly schedule: (typeof SCHEDULES)[number];
  /** The highest rate. */
  readonly learningRate: number;
  /** Share of all steps in [0, 1) on which the rate climbs; a straight line except for one_cycle. */
  readonly warmupShare: number;
}

const START_DIVISOR = 25;
const END_DIVISOR = 1e4;

export function learningRateAt(
  step: number,
  nSteps: number,
  { schedule, learningRate, warmupShare }: Schedule,
): number {
  if (schedule === 'one_cycle') {
    const start = learningRate / START_DIVISOR;
    const peak = Math.max(warmupShare * nSteps - 1, 0);
    return step <= peak && peak > 0
      ? slide(start, learningRate, step / peak)
      : slide(learningRate, start / END_DIVISOR, (step - peak) / Math.max(nSteps - 1 - peak, 1));
  }
  const nWarmup = warmupShare * nSteps;
  if (step + 1 < nWarmup) return (learningRate * (step + 1)) / nWarmup;
  if (schedule === 'constant') return learningRate;
  return slide(learningRate, 0, Math.max(step - nWarmup, 0) / (nSteps - nWarmup));
}

/** From `a` at share 0 to `b` at share 1, on half a cosine. */
const slide = (a: number, b: number, share: number) =>
  b + ((a - b) * (1 + Math.cos(Math.PI * share))) / 2;
