/** Ensembles: several models forecast, and step by step the mean, the weighted mean or the median of them counts. */
import type { FittedForecast, ForecastModel } from '../model.ts';

export interface EnsembleDefinition {
  readonly name: string;
  readonly summary: string;
  /** At least one. */
  readonly members: readonly ForecastModel[];
  /** Or the weight of each member, at least 0, not all 0. */
  readonly combine: 'mean' | 'median' | readonly number[];
}

/** A model like any other: it needs the history that its most demanding member needs. */
export function defineEnsemble({
  name,
  summary,
  members,
  combine,
}: EnsembleDefinition): ForecastModel {
  const combineStep = createCombine(combine, members.length);
  return {
    name,
    summary,
    isGlobal: members.some(({ isGlobal }) => isGlobal),
    minLength: (options) => Math.max(...members.map((member) => member.minLength(options))),
    async fit(panel, context) {
      const fitted: FittedForecast[] = [];
      for (const member of members) fitted.push(await member.fit(panel, context));
      return {
        async predict(h, future) {
          const forecasts: Float64Array[] = [];
          for (const member of fitted) forecasts.push(await member.predict(h, future));
          return forecasts[0].map((_, at) =>
            combineStep(forecasts.map((forecast) => forecast[at])),
          );
        },
      };
    },
  };
}

function createCombine(
  combine: EnsembleDefinition['combine'],
  nMembers: number,
): (values: readonly number[]) => number {
  if (combine === 'median') return medianOf;
  const weights = combine === 'mean' ? new Array<number>(nMembers).fill(1) : combine;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length !== nMembers || !(total > 0) || weights.some((weight) => !(weight >= 0))) {
    throw new Error(`weights ${weights.join(', ')} of ${nMembers} members`);
  }
  return (values) => values.reduce((sum, value, m) => sum + value * weights[m], 0) / total;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
