/** Simple models on the data of the model: what its numbers must be seen against. */
import type { Relation } from '../sql.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import { assembleBundle, scoreGolden } from './assemble-bundle.ts';
import { DEFAULT_BASELINES } from './baselines-params.ts';
import type { Bundle } from './bundle.ts';
import { fitModel, measureValid } from './fit-model.ts';
import type { TrainingContext } from './fit-model.ts';
import { isSparse } from './model.ts';
import type { AnyData } from './model.ts';
import { findModel } from './registry.ts';

export interface Baseline {
  readonly bundle: Bundle;
  /** Of {@link measureValid}. */
  readonly valid: Readonly<Record<string, number | null>>;
}

/**
 * Fits one model after the other; each draws from streams of its own.
 *
 * @param params - The group `baselines` of params.yaml, keys in camelCase.
 * @param parts - The bundles but for what follows from the model and the raw rows.
 * @param raw - The raw training rows.
 */
export async function* fitBaselines(
  params: { readonly models: readonly string[] | null },
  data: AnyData,
  parts: Omit<Bundle, 'model' | 'distribution' | 'golden'>,
  { raw, engine }: { readonly raw: Relation; readonly engine: TableEngine },
  context: Omit<TrainingContext, 'onStep' | 'checkpoint'>,
): AsyncGenerator<Baseline> {
  let first: Bundle | null = null;
  const models = params.models ?? listDefaults(data);
  for (const name of new Set(models)) {
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
    yield { bundle, valid: await measureValid(fitted, data, context) };
  }
}

function listDefaults(data: AnyData): string[] {
  return DEFAULT_BASELINES[data.task ?? 'classification'].filter(
    (name) => !isSparse(data) || findModel(name)!.sparse !== undefined,
  );
}
