/** Simple models on the data of the model: what its numbers must be seen against. */
import type { Relation } from '../sql.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import { assembleBundle, scoreGolden } from './assemble-bundle.ts';
import type { Bundle } from './bundle.ts';
import { fitModel, scoreRows } from './fit-model.ts';
import type { TrainingContext } from './fit-model.ts';
import type { TrainingData } from './model.ts';

export interface Baseline {
  readonly bundle: Bundle;
  readonly validAccuracy: number;
}

/**
 * Fits one model after the other; each draws from streams of its own.
 *
 * @param params - The group `baselines` of params.yaml, keys in camelCase.
 * @param parts - The bundles but for what follows from the model and the raw rows.
 * @param raw - The raw training rows.
 */
export async function* fitBaselines(
  params: { readonly models: readonly string[] },
  data: TrainingData,
  parts: Omit<Bundle, 'model' | 'distribution' | 'golden'>,
  { raw, engine }: { readonly raw: Relation; readonly engine: TableEngine },
  context: Omit<TrainingContext, 'onStep' | 'checkpoint'>,
): AsyncGenerator<Baseline> {
  let first: Bundle | null = null;
  for (const name of new Set(params.models)) {
    const { fitted } = await fitModel(
      name,
      data,
      { ...params },
      {
        ...context,
        rng: (purpose) => context.rng(`${name}-${purpose}`),
        onStep: () => 'go on',
        checkpoint: () => null,
      },
    );
    const known = { ...parts, model: fitted };
    // distribution and golden rows are those of the table, whatever the model
    const bundle: Bundle =
      first === null
        ? await assembleBundle(known, raw, engine, context)
        : await scoreGolden(
            { ...known, distribution: first.distribution },
            first.golden.rows,
            engine,
            context,
          );
    first ??= bundle;
    const { accuracy } = await scoreRows(fitted, data.valid, data.columns, context);
    yield { bundle, validAccuracy: accuracy };
  }
}
