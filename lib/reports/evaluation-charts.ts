/** The charts of the evaluation page. */
import type { ReliabilityBin } from '../metrics/calibration.ts';
import type { HistoryRow } from '../models/model.ts';
import { renderChart } from './charts.ts';
import { formatCount, formatPercent, formatRows } from './format.ts';
import type { Html } from './html.ts';

const SHARES = {
  type: 'quantitative' as const,
  scale: { domain: [0, 1] },
  axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
};
const STEPS = {
  field: 'step',
  type: 'quantitative',
  title: 'step',
  axis: { format: 'd', tickMinStep: 1 },
  scale: { zero: false, nice: false },
} as const;

/** Accuracy against confidence: a point per bin, as large as the bin, with its distance to the diagonal. */
export function reliabilityChart(bins: readonly ReliabilityBin[]): Promise<Html> {
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  const values = bins
    .filter(({ weight }) => weight > 0)
    .map(({ confidence, accuracy, weight }) => ({
      confidence,
      accuracy,
      share: weight / total,
      description:
        `mean confidence ${formatPercent(confidence)}, right in ${formatPercent(accuracy)} ` +
        `of ${formatRows(weight)}`,
    }));
  const x = { ...SHARES, field: 'confidence', title: 'confidence of the prediction' };
  const y = { ...SHARES, field: 'accuracy', title: 'share that is right' };
  return renderChart({
    layer: [
      {
        data: { values: [0, 1].map((end) => ({ confidence: end, accuracy: end })) },
        mark: { type: 'line', color: 'var(--muted)', strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values },
        mark: { type: 'rule', color: 'var(--second)', strokeWidth: 2 },
        encoding: { x, y, y2: { field: 'confidence' } },
      },
      {
        data: { values },
        mark: { type: 'circle', color: 'var(--accent)', opacity: 1 },
        encoding: {
          x,
          y,
          size: {
            field: 'share',
            type: 'quantitative',
            scale: { type: 'sqrt', domain: [0, 1], range: [25, 500] },
            legend: null,
          },
          description: { field: 'description' },
        },
      },
    ],
  });
}

/** How many predictions fall on each confidence, right ones below, wrong ones on top. */
export function confidenceChart(bins: readonly ReliabilityBin[]): Promise<Html> {
  const values = bins.flatMap(({ low, high, weight, accuracy }) => {
    if (weight === 0) return [];
    const nRight = Math.round(weight * accuracy);
    return [
      { outcome: 'right', start: 0, end: nRight },
      { outcome: 'wrong', start: nRight, end: weight },
    ].map((part) => ({
      ...part,
      low,
      high,
      description: `${formatCount(part.end - part.start)} ${part.outcome}, confidence ${low.toFixed(2)} to ${high.toFixed(2)}`,
    }));
  });
  return renderChart({
    data: { values },
    mark: { type: 'bar', binSpacing: 1 },
    encoding: {
      x: { ...SHARES, field: 'low', bin: 'binned', title: 'confidence of the prediction' },
      x2: { field: 'high' },
      y: {
        field: 'start',
        type: 'quantitative',
        title: 'rows',
        axis: { format: ',d', tickMinStep: 1 },
      },
      y2: { field: 'end' },
      color: colours({ right: 'var(--accent)', wrong: 'var(--second)' }, 'outcome'),
      description: { field: 'description' },
    },
  });
}

/** Loss by step, on each split that it was measured on. */
export function lossChart(history: readonly HistoryRow[]): Promise<Html> {
  const values = history.flatMap(({ step, loss, validLoss }) => [
    ...(loss === null ? [] : [{ step, split: 'train', loss }]),
    ...(validLoss === null ? [] : [{ step, split: 'valid', loss: validLoss }]),
  ]);
  return renderChart({
    data: { values },
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: STEPS,
      y: { field: 'loss', type: 'quantitative', title: 'loss', scale: { zero: false } },
      color: colours(
        {
          ...(history.some(({ loss }) => loss !== null) && { train: 'var(--third)' }),
          ...(history.some(({ validLoss }) => validLoss !== null) && { valid: 'var(--second)' }),
        },
        'split',
      ),
    },
  });
}

/** Accuracy on valid by step. */
export function accuracyChart(history: readonly HistoryRow[]): Promise<Html> {
  const values = history.map(({ step, validAccuracy }) => ({ step, accuracy: validAccuracy }));
  return renderChart({
    data: { values },
    mark: { type: 'line', strokeWidth: 2, color: 'var(--second)' },
    encoding: {
      x: STEPS,
      y: {
        field: 'accuracy',
        type: 'quantitative',
        title: 'accuracy on valid',
        scale: { zero: false },
      },
    },
  });
}

function colours(byValue: Readonly<Record<string, string>>, field: string) {
  return {
    field,
    type: 'nominal' as const,
    title: null,
    scale: { domain: Object.keys(byValue), range: Object.values(byValue) },
  };
}
