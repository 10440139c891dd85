/** Models that learn each series by itself, made of one pure function on its values. */
import type { ForecastModel, ForecastOptions } from '../model.ts';
import { assertMinLength, seriesOf } from '../panel.ts';

export interface LocalModel {
  readonly name: string;
  readonly summary: string;
  minLength(options: ForecastOptions): number;
  /** @returns Shape (h), finite. */
  forecast(y: Float64Array, options: ForecastOptions): Float64Array | Promise<Float64Array>;
}

export function defineLocalModel({ forecast, ...described }: LocalModel): ForecastModel {
  return {
    ...described,
    isGlobal: false,
    async fit(panel, context) {
      assertMinLength(panel, described.minLength(context), described.name);
      const ahead = new Float64Array(panel.ids.length * context.h);
      for (let i = 0; i < panel.ids.length; i++) {
        context.signal.throwIfAborted();
        ahead.set(await forecast(seriesOf(panel, i).y, context), i * context.h);
      }
      return { predict: async (h) => firstSteps(ahead, context.h, h) };
    },
  };
}

/** The first `h` of every `fittedH` steps. */
export function firstSteps(ahead: Float64Array, fittedH: number, h: number): Float64Array {
  if (h > fittedH) throw new Error(`fitted for ${fittedH} steps ahead, asked for ${h}`);
  return ahead.filter((_, at) => at % fittedH < h);
}
