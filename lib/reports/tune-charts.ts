/** The charts of the tuning page. */
import type { SpaceParameter } from '../tuning/search-space.ts';
import { isBetter, isComplete } from '../tuning/trial.ts';
import type { Trial, Tuning } from '../tuning/trial.ts';
import { renderChart, SERIES_COLOURS } from './charts.ts';
import type { Html } from './html.ts';

const STATES = ['complete', 'pruned'] as const;
const COLOURS = ['var(--accent)', SERIES_COLOURS[9]];
const stateOf = ({ state }: Trial): string => (state === 'PRUNED' ? STATES[1] : STATES[0]);

/** Texts of choices longer than this are cut, so that the chart keeps its room. */
const MAX_LABEL = 24;
/** Letters of labels that stand side by side; more of them stand upright. */
const MAX_LABELS = 36;
const MAX_BARS = 12;

/** The metric of each trial that has one, and the best so far. */
export function historyChart({ metric, direction, trials }: Tuning): Promise<Html> {
  const points = trials
    .filter(({ value }) => value !== null)
    .map((trial) => ({ trial: trial.index, value: trial.value, state: stateOf(trial) }));
  let best: number | null = null;
  const bests = trials.filter(isComplete).map(({ index, value }) => {
    if (best === null || isBetter(direction, value, best)) best = value;
    return { trial: index, value: best };
  });
  const x = {
    field: 'trial',
    type: 'quantitative' as const,
    title: 'trial',
    axis: { format: 'd', tickMinStep: 1 },
  };
  const y = {
    field: 'value',
    type: 'quantitative' as const,
    title: metric,
    scale: { zero: false },
  };
  return renderChart({
    layer: [
      {
        data: { values: bests },
        mark: { type: 'line', interpolate: 'step-after', color: 'var(--accent)', opacity: 0.6 },
        encoding: { x, y },
      },
      {
        data: { values: points },
        mark: { type: 'circle', size: 45, opacity: 0.9 },
        encoding: { x, y, color: colour(trials) },
      },
    ],
  });
}

/** Share of each parameter, the largest first. */
export function importanceChart(shares: readonly (readonly [string, number])[]): Promise<Html> {
  const bars = shares.slice(0, MAX_BARS).map(([name, share]) => ({ name, share }));
  return renderChart({
    height: 60 + 24 * bars.length,
    data: { values: bars },
    mark: { type: 'bar', color: 'var(--accent)' },
    encoding: {
      x: {
        field: 'share',
        type: 'quantitative',
        title: 'importance',
        axis: { format: '%', tickCount: 5 },
      },
      y: { field: 'name', type: 'nominal', title: null, sort: null, axis: { labelLimit: 190 } },
    },
  });
}

/** The metric of each trial by what it drew for one parameter. */
export function parameterChart(
  { metric, trials }: Tuning,
  { name, distribution }: SpaceParameter,
  title: string,
): Promise<Html> {
  const isNumeric = distribution.type !== 'categorical';
  const labels = isNumeric ? [] : distribution.choices.map(label);
  const drawn = trials.filter((trial) => trial.value !== null && Object.hasOwn(trial.params, name));
  const points = drawn.map((trial) => {
    const value = trial.params[name];
    return {
      drawn: isNumeric ? value : label(value),
      value: trial.value,
      state: stateOf(trial),
    };
  });
  const isLog = isNumeric && distribution.log;
  return renderChart({
    data: { values: points },
    mark: { type: 'circle', size: 45, opacity: 0.9 },
    encoding: {
      x: isNumeric
        ? {
            field: 'drawn',
            type: 'quantitative',
            title,
            scale: isLog ? { type: 'log', nice: false } : { zero: false },
            axis: { tickCount: 5 },
          }
        : {
            field: 'drawn',
            type: 'nominal',
            title,
            sort: labels,
            axis: { labelAngle: labels.join('').length > MAX_LABELS ? -90 : 0 },
          },
      y: { field: 'value', type: 'quantitative', title: metric, scale: { zero: false } },
      color: colour(drawn),
    },
  });
}

function label(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text;
}

function colour(trials: readonly Trial[]) {
  const hasPruned = trials.some(({ state }) => state === 'PRUNED');
  return {
    field: 'state',
    type: 'nominal' as const,
    title: 'trial',
    scale: { domain: [...STATES], range: COLOURS },
    legend: hasPruned ? {} : null,
  };
}
