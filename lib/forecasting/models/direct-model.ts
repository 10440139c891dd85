/** Direct models, made of one function that forecasts the changes of all series. */
import type { ForecastContext, ForecastModel } from '../model.ts';
import { assertMinLength, seriesOf } from '../panel.ts';
import { MIN_HISTORY, addChanges, openDirectSeries } from './direct-series.ts';
import type { DirectSeries } from './direct-series.ts';
import { firstSteps } from './local-model.ts';

export interface DirectModelDefinition {
  readonly name: string;
  readonly summary: string;
  /** @returns In units, shape (nSeries, h). */
  forecastChanges(series: readonly DirectSeries[], context: ForecastContext): Promise<Float64Array>;
}

export function defineDirectModel({
  name,
  summary,
  forecastChanges,
}: DirectModelDefinition): ForecastModel {
  const minLength = ({ h }: Pick<ForecastContext, 'h'>): number => MIN_HISTORY + h;
  return {
    name,
    summary,
    isGlobal: true,
    minLength,
    async fit(panel, context) {
      assertMinLength(panel, minLength(context), name);
      const series = panel.ids.map((_, i) => openDirectSeries(seriesOf(panel, i).y, context));
      const changes = await forecastChanges(series, context);
      const ahead = addChanges(series, changes, context.h);
      return { predict: async (h) => firstSteps(ahead, context.h, h) };
    },
  };
}
