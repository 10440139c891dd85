import { takeColumns } from '../fit-model.ts';
import type { Predictor } from '../model.ts';
import { blend } from './blend.ts';
import { applyTemperature } from './temperature.ts';

/** The weighted mean of opened models, at a temperature. */
export function createBlend(
  members: readonly { readonly predictor: Predictor; readonly columns: readonly string[] }[],
  {
    columns,
    nClasses,
    weights,
    temperature,
  }: {
    /** Of the rows to predict; they hold those of every member. */
    readonly columns: readonly string[];
    readonly nClasses: number;
    readonly weights: readonly number[];
    readonly temperature: number;
  },
): Predictor {
  return {
    async predictProba(features) {
      const nSamples = features.length / columns.length;
      const predictions: Float32Array[] = [];
      for (const { predictor, columns: own } of members) {
        const rows = takeColumns(features, nSamples, columns, own);
        predictions.push(await predictor.predictProba(rows));
      }
      return applyTemperature(blend(predictions, weights), nClasses, temperature);
    },
    dispose: () => members.forEach(({ predictor }) => predictor.dispose()),
  };
}
