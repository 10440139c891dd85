/** The models that the choice is made among. */
import type { ForecastModel } from '../model.ts';
import { FORECAST_MODELS, forecastModelOf } from './registry.ts';

/** Left out where nobody names candidates: they seldom win, are nearly another one again, or take long. */
const LEFT_OUT = ['mean', 'naive2', 'linear', 'random-forest'];

/** @param names - null: all but a few. */
export function chooseCandidates(names: readonly string[] | null): ForecastModel[] {
  if (names !== null) return [...new Set(names)].map(forecastModelOf);
  return FORECAST_MODELS.filter(({ name }) => !LEFT_OUT.includes(name));
}
