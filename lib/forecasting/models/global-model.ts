/** A model on features: one regression learnt from the rows of all series, each scaled by its own history. */
import { StageError } from '../../errors.ts';
import type { ForecastContext, ForecastModel, ForecastOptions } from '../model.ts';
import { assertMinLength, seriesOf } from '../panel.ts';
import { chooseFeatures } from './feature-set.ts';
import { forecastRecursively } from './recursive-forecast.ts';
import type { PredictRows } from './recursive-forecast.ts';
import { scaleOf } from './scale.ts';
import { collectRows } from './training-rows.ts';
import type { RegressionRows } from './training-rows.ts';

export interface GlobalModelDefinition {
  readonly name: string;
  readonly summary: string;
  /** At least one row. */
  fitRows(rows: RegressionRows, context: ForecastContext): Promise<PredictRows>;
}

export function defineGlobalModel({
  name,
  summary,
  fitRows,
}: GlobalModelDefinition): ForecastModel {
  // the first row that has all its lags trains, and the step after the last one is forecast
  const minLength = ({ lags }: ForecastOptions): number => Math.max(...lags) + 1;
  return {
    name,
    summary,
    isGlobal: true,
    minLength,
    async fit(panel, context) {
      const features = chooseFeatures(panel, context);
      const reach = Math.max(...features.map((feature) => feature.reach));
      assertMinLength(panel, reach + 1, name);
      const scales = panel.ids.map((_, i) => scaleOf(seriesOf(panel, i).y));
      const rows = collectRows(panel, features, scales, context.rng(`${name} rows`));
      if (rows.targets.length === 0) {
        throw new StageError(
          'E_DATA',
          `${name} must have a row whose features are all known; got none`,
          {
            hint: 'fill the exogenous columns, or leave out the one that is never known',
          },
        );
      }
      const predictRows = await fitRows(rows, context);
      return {
        predict: (h, future) =>
          forecastRecursively({ panel, features, scales, predictRows }, h, future, context.signal),
      };
    },
  };
}
