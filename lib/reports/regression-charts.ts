/** The charts of the page of a model that predicts a number. */
import type { Band } from '../metrics/bands.ts';
import type { NumericPredictions } from '../metrics/regression.ts';
import { renderChart } from './charts.ts';
import { formatCount, formatMeasure, formatRows } from './format.ts';
import type { Html } from './html.ts';

const NUMBERS = {
  type: 'quantitative' as const,
  scale: { zero: false },
  axis: { tickCount: 5, labelSeparation: 8 },
};

/** Points of the scatter chart at most: what it shows are shapes, and each point is in the file. */
const N_POINTS = 500;

/** Predicted against true numbers: rows evenly spread over the order of the truth, both ends among them. */
export function scatterChart(predictions: NumericPredictions): Promise<Html> {
  const { yTrue, yPred } = predictions;
  const order = Array.from(yTrue.keys()).sort((a, b) => yTrue[a] - yTrue[b]);
  const n = Math.min(N_POINTS, order.length);
  const values = Array.from({ length: n }, (_, i) => {
    const row = order[n === 1 ? 0 : Math.round((i * (order.length - 1)) / (n - 1))];
    return { actual: yTrue[row], prediction: yPred[row] };
  });
  const ends = diagonal(values);
  const x = { ...NUMBERS, field: 'actual', title: 'actual' };
  const y = { ...NUMBERS, field: 'prediction', title: 'predicted' };
  return renderChart({
    layer: [
      {
        data: { values },
        mark: { type: 'circle', color: 'var(--accent)', opacity: 0.45, size: 14 },
        encoding: { x, y },
      },
      diagonalLayer(ends, x, y),
    ],
  });
}

/** Bars of the histogram of errors. */
const N_BARS = 40;

/**
 * How many rows are off by how much. Its ends are where all but a hundredth of the rows lie; those beyond stand in the
 * last bars.
 */
export function errorChart({ yTrue, yPred }: NumericPredictions): Promise<Html> {
  const errors = yPred.map((predicted, i) => predicted - yTrue[i]).sort();
  const reach = Math.max(
    Math.abs(errors[Math.floor(0.005 * (errors.length - 1))]),
    Math.abs(errors[Math.ceil(0.995 * (errors.length - 1))]),
    Number.MIN_VALUE,
  );
  const width = (2 * reach) / N_BARS;
  const counts = new Float64Array(N_BARS);
  for (const error of errors) {
    counts[Math.max(0, Math.min(N_BARS - 1, Math.floor((error + reach) / width)))]++;
  }
  const values = Array.from(counts, (count, bar) => {
    const [low, high] = [bar * width - reach, (bar + 1) * width - reach];
    const side = low + width / 2 > 0 ? 'too much' : 'too little';
    const ends = `${formatMeasure(low)} to ${formatMeasure(high)}`;
    return { low, high, count, side, description: `${formatRows(count)}: ${ends}` };
  });
  return renderChart({
    data: { values },
    mark: { type: 'bar', binSpacing: 1 },
    encoding: {
      x: {
        ...{ field: 'low', type: 'quantitative', bin: 'binned', title: 'predicted less actual' },
        axis: { tickCount: 5, labelSeparation: 8 },
      },
      x2: { field: 'high' },
      y: {
        ...{ field: 'count', type: 'quantitative', title: 'rows' },
        axis: { format: ',d', tickMinStep: 1 },
      },
      color: {
        ...{ field: 'side', type: 'nominal', title: null },
        scale: {
          domain: ['too little', 'too much'],
          range: ['var(--accent)', 'var(--second)'],
        },
      },
      description: { field: 'description' },
    },
  });
}

/** Mean of the truth against that of the predictions, a point for each band. */
export function calibrationChart(bands: readonly Band[]): Promise<Html> {
  const values = bands.map(({ actual, prediction, nSamples }) => ({
    ...{ actual, prediction },
    description: `${formatMeasure(prediction)} predicted, ${formatMeasure(actual)} true on the mean of ${formatCount(nSamples)} rows`,
  }));
  const ends = diagonal(values);
  const x = { ...NUMBERS, field: 'prediction', title: 'predicted, mean of the band' };
  const y = { ...NUMBERS, field: 'actual', title: 'actual, mean of the band' };
  return renderChart({
    layer: [
      diagonalLayer(ends, x, y),
      {
        data: { values },
        mark: { type: 'circle', color: 'var(--accent)', opacity: 1, size: 70 },
        encoding: { x, y, description: { field: 'description' } },
      },
    ],
  });
}

interface Point {
  readonly actual: number;
  readonly prediction: number;
}

/** Where both are alike, over the range of both. */
function diagonal(points: readonly Point[]): Point[] {
  const all = points.flatMap(({ actual, prediction }) => [actual, prediction]);
  return [Math.min(...all), Math.max(...all)].map((end) => ({ actual: end, prediction: end }));
}

function diagonalLayer<X, Y>(values: Point[], x: X, y: Y) {
  const mark = { type: 'line' as const, color: 'var(--muted)', strokeDash: [4, 4], strokeWidth: 1 };
  return { data: { values }, mark, encoding: { x, y } };
}
