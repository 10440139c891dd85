/** Every forecasting model by name: a new one is a file beside this one and a line here. */
import type { ForecastModel } from '../model.ts';
import { drift } from './drift.ts';
import { defineEnsemble } from './ensemble.ts';
import type { EnsembleMember } from './ensemble.ts';
import { ets } from './ets.ts';
import { lightgbmDirect } from './lightgbm-direct.ts';
import { lightgbm } from './lightgbm.ts';
import { linear } from './linear.ts';
import { mean } from './mean.ts';
import { mlpDirect } from './mlp-direct.ts';
import { naive } from './naive.ts';
import { naive2 } from './naive2.ts';
import { randomForest } from './random-forest.ts';
import { ridge } from './ridge.ts';
import { seasonalNaive } from './seasonal-naive.ts';
import { theta } from './theta.ts';

export const FORECAST_MODELS: readonly ForecastModel[] = [
  naive,
  seasonalNaive,
  naive2,
  mean,
  drift,
  theta,
  ets,
  ridge,
  linear,
  lightgbm,
  lightgbmDirect,
  mlpDirect,
  randomForest,
];

/** `theta`, or `2*theta`. */
const MEMBER = /^(?:(\d+(?:\.\d+)?)\*)?([a-z0-9-]+)$/;

/**
 * A model by its name, or an ensemble by those of its members: `theta+ets` is the mean of the two, in `2*theta+ets`
 * theta counts twice. null: there is none.
 */
export function findForecastModel(name: string): ForecastModel | null {
  const members = name.split('+').map(findMember);
  if (members.some((member) => member === null)) return null;
  return members.length === 1 && members[0]!.weight === 1
    ? members[0]!.model
    : defineEnsemble(members as EnsembleMember[]);
}

/** @throws Error for a name that the parameters' schema should have refused. */
export function forecastModelOf(name: string): ForecastModel {
  const found = findForecastModel(name);
  if (found === null) throw new Error(`no forecasting model ${name}`);
  return found;
}

function findMember(text: string): EnsembleMember | null {
  const [, weight = '1', name] = MEMBER.exec(text) ?? [];
  const model = FORECAST_MODELS.find((one) => one.name === name);
  return model === undefined || Number(weight) === 0 ? null : { model, weight: Number(weight) };
}
