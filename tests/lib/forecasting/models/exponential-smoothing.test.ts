import { suite } from 'uvu';
import {
  negativeLogLikelihood,
  smooth,
} from '../../../../lib/forecasting/models/exponential-smoothing.ts';
import type {
  EtsForm,
  EtsValues,
} from '../../../../lib/forecasting/models/exponential-smoothing.ts';
import { assertClose } from '../../../support/close.ts';

const test = suite('exponential smoothing');

const N = 40;
const Y = Float64Array.from(
  { length: N },
  (_, t) => 50 + t + 8 * Math.sin(1.6 * t) + 3 * Math.sin(t * t),
);
const SEASONS: Readonly<Record<EtsForm['season'], number[]>> = {
  none: [0],
  additive: [-3, 1, 4, -2],
  multiplicative: [0.9, 1.05, 1.1, 0.95],
};

const valuesOf = (season: EtsForm['season']): EtsValues => ({
  ...{ alpha: 0.3, beta: 0.1, gamma: season === 'none' ? 0 : 0.2, phi: 0.9 },
  ...{ level: 50, trend: 1, season: Float64Array.from(SEASONS[season]) },
});

const statesOf = ({ season }: EtsValues) => ({
  level: new Float64Array(N + 1),
  trend: new Float64Array(N + 1),
  season: new Float64Array(N + season.length),
});

for (const error of ['additive', 'multiplicative'] as const) {
  for (const season of ['none', 'additive', 'multiplicative'] as const) {
    test(`has the slopes that differences have, ${error} errors and season ${season}`, () => {
      const form: EtsForm = { error, trend: 'damped', season };
      const at = (values: EtsValues, gradient = valuesOf(season)): number => {
        const states = statesOf(values);
        smooth(Y, form, values, states);
        return negativeLogLikelihood(Y, form, values, states, 0.5, gradient);
      };
      const gradient = valuesOf(season);
      at(valuesOf(season), gradient);
      const slopeOf = (move: (values: EtsValues, by: number) => void): number => {
        const [up, down] = [valuesOf(season), valuesOf(season)];
        move(up, 1e-5);
        move(down, -1e-5);
        return (at(up) - at(down)) / 2e-5;
      };
      const names = ['alpha', 'beta', 'phi', 'level', 'trend', 'gamma'] as const;
      const known = names.slice(0, season === 'none' ? 5 : 6);
      assertClose(
        known.map((name) => gradient[name]),
        known.map((name) => slopeOf((values, by) => (values[name] += by))),
        1e-6,
      );
      assertClose(
        gradient.season,
        SEASONS[season].map((_, k) => slopeOf((values, by) => (values.season[k] += by))),
        1e-6,
      );
    });
  }
}

test('follows the recursion by hand', () => {
  // q = 10 + 0.5 × 2 = 11, s = 1, y = 14: d = 2; l = 11 + 0.5 × 2, b = 1 + 0.25 × 2, s = 1 + 0.1 × (14 - 11 - 1)
  const values: EtsValues = {
    ...{ alpha: 0.5, beta: 0.25, gamma: 0.1, phi: 0.5 },
    ...{ level: 10, trend: 2, season: Float64Array.of(1, -1) },
  };
  const states = {
    level: new Float64Array(2),
    trend: new Float64Array(2),
    season: new Float64Array(3),
  };
  const form: EtsForm = { error: 'additive', trend: 'damped', season: 'additive' };
  smooth(Float64Array.of(14), form, values, states);
  assertClose(
    [...states.level, ...states.trend, ...states.season],
    [10, 12, 2, 1.5, 1, -1, 1.2],
    1e-15,
  );
});

test.run();
