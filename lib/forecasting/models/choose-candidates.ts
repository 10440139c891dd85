/** The models that the choice is made among. */
import type { ForecastModel } from '../model.ts';
import { forecastModelOf } from './registry.ts';

/**
 * Where nobody names candidates, simple ones first: each wins somewhere, and all of them take seconds. The others
 * seldom win, are nearly one of these, or take long.
 */
const BY_DEFAULT = ['naive', 'seasonal-naive', 'drift', 'theta', 'ets', 'ridge', 'lightgbm'];

/** @param names - null: the default ones. */
export function chooseCandidates(names: readonly string[] | null): ForecastModel[] {
  return [...new Set(names ?? BY_DEFAULT)].map(forecastModelOf);
}
