/** Every forecasting model by name: a new one is a file beside this one and a line here. */
import type { ForecastModel } from '../model.ts';
import { drift } from './drift.ts';
import { ets } from './ets.ts';
import { lightgbmDirect } from './lightgbm-direct.ts';
import { lightgbm } from './lightgbm.ts';
import { linear } from './linear.ts';
import { mean } from './mean.ts';
import { naive } from './naive.ts';
import { naive2 } from './naive2.ts';
import { randomForest } from './random-forest.ts';
import { ridge } from './ridge.ts';
import { seasonalNaive } from './seasonal-naive.ts';
import { thetaEts } from './theta-ets.ts';
import { theta } from './theta.ts';

export const FORECAST_MODELS: readonly ForecastModel[] = [
  naive,
  seasonalNaive,
  naive2,
  mean,
  drift,
  theta,
  ets,
  thetaEts,
  ridge,
  linear,
  lightgbm,
  lightgbmDirect,
  randomForest,
];

/** @throws Error for a name that the parameters' schema should have refused. */
export function forecastModelOf(name: string): ForecastModel {
  const found = FORECAST_MODELS.find((model) => model.name === name);
  if (found === undefined) throw new Error(`no forecasting model ${name}`);
  return found;
}
