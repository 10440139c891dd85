/** Ensembles: several models forecast, and step by step their weighted mean counts. */
import type { FittedForecast, ForecastModel } from '../model.ts';

export interface EnsembleMember {
  readonly model: ForecastModel;
  /** Above 0; what counts is its share of the sum. */
  readonly weight: number;
}

/**
 * A model like any other: it needs the history that its most demanding member needs. Named as people write it,
 * `theta+2*ets`.
 *
 * @param members - At least one.
 */
export function defineEnsemble(members: readonly EnsembleMember[]): ForecastModel {
  const models = members.map(({ model }) => model);
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const name = members.map(nameMember).join('+');
  return {
    name,
    summary: `The weighted mean of ${name}`,
    isGlobal: models.some(({ isGlobal }) => isGlobal),
    minLength: (options) => Math.max(...models.map((model) => model.minLength(options))),
    async fit(panel, context) {
      const fitted: FittedForecast[] = [];
      for (const model of models) fitted.push(await model.fit(panel, context));
      return {
        async predict(h, future) {
          const forecasts: Float64Array[] = [];
          for (const member of fitted) forecasts.push(await member.predict(h, future));
          return forecasts[0].map((_, at) => {
            const weigh = (sum: number, { weight }: EnsembleMember, m: number): number =>
              sum + forecasts[m][at] * weight;
            return members.reduce(weigh, 0) / total;
          });
        },
      };
    },
  };
}

function nameMember({ model: { name }, weight }: EnsembleMember): string {
  return weight === 1 ? name : `${weight}*${name}`;
}

/** What several models, some of them ensembles, are called together: `naive+(theta+ets)`. */
export function joinNames(names: readonly string[]): string {
  if (names.length === 1) return names[0];
  return names.map((name) => (name.includes('+') ? `(${name})` : name)).join('+');
}
