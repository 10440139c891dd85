/** Rows in bands of a number: what a table of classes is to classes. */
import type { NumericPredictions } from './regression.ts';

const N_BANDS = 10;

/** Rows whose number lies in (low, high]; the first band has no low end, the last no high one. */
export interface Band {
  readonly name: string;
  readonly nSamples: number;
  /** Means over the rows. */
  readonly actual: number;
  readonly prediction: number;
}

/** Rows by true and by predicted number, in bands that hold about a tenth of the true ones each. */
export interface BandCounts {
  readonly names: readonly string[];
  /** Rows: truth; columns: prediction; row-major, shape (nBands, nBands). */
  readonly counts: Float64Array;
}

export function countBands({ yTrue, yPred }: NumericPredictions): BandCounts {
  const edges = findEdges(yTrue);
  const names = nameBands(edges);
  const counts = new Float64Array(names.length ** 2);
  yTrue.forEach((truth, i) => {
    counts[bandOf(edges, truth) * names.length + bandOf(edges, yPred[i])]++;
  });
  return { names, counts };
}

/** Mean of the truth against that of the predictions, in bands of about a tenth of the predictions each. */
export function calibrationBands({ yTrue, yPred }: NumericPredictions): Band[] {
  const edges = findEdges(yPred);
  const sums = nameBands(edges).map((name) => ({ name, nSamples: 0, actual: 0, prediction: 0 }));
  yPred.forEach((predicted, i) => {
    const band = sums[bandOf(edges, predicted)];
    band.nSamples++;
    band.actual += yTrue[i];
    band.prediction += predicted;
  });
  return sums
    .filter(({ nSamples }) => nSamples > 0)
    .map(({ name, nSamples, actual, prediction }) => ({
      ...{ name, nSamples },
      ...{ actual: actual / nSamples, prediction: prediction / nSamples },
    }));
}

/** Deciles, each a number of the list that others are above of; of few different numbers there are fewer. */
function findEdges(values: Float64Array): number[] {
  const sorted = values.slice().sort();
  const last = sorted[sorted.length - 1];
  const deciles = Array.from({ length: N_BANDS - 1 }, (_, i) => {
    return sorted[Math.ceil(((i + 1) * sorted.length) / N_BANDS) - 1];
  });
  return [...new Set(deciles)].filter((edge) => edge < last);
}

function bandOf(edges: readonly number[], value: number): number {
  const above = edges.findIndex((edge) => value <= edge);
  return above < 0 ? edges.length : above;
}

/** Digits of an edge in a name, more where edges would have the same one; the edges themselves have all of theirs. */
const N_DIGITS = 6;

function nameBands(edges: readonly number[]): string[] {
  const ends = ['-inf', ...nameEdges(edges, N_DIGITS), 'inf'];
  return ends.slice(1).map((end, i) => `(${ends[i]}, ${end}${end === 'inf' ? ')' : ']'}`);
}

function nameEdges(edges: readonly number[], nDigits: number): string[] {
  const names = edges.map((edge) => String(Number(edge.toPrecision(nDigits))));
  return new Set(names).size === edges.length ? names : nameEdges(edges, nDigits + 1);
}
