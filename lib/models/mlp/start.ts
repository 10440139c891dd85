/** Whether training can start from the weights of another perceptron. */
import { StageError, listExamples } from '../../errors.ts';
import type { FittedModel, TrainingData } from '../model.ts';
import type { MlpOptions } from './fit.ts';
import { nameEmbedding } from './layers/embedding.ts';
import type { Embedding } from './layers/embedding.ts';

/**
 * @param from - null: training starts from weights that are drawn.
 * @throws StageError E_DATA when `from` has other features, classes or layers; E_PARAMS for layers that are to
 *   stay as they are without it.
 */
export function assertStart(
  from: FittedModel | null,
  { columns, nClasses }: Pick<TrainingData, 'columns' | 'nClasses'>,
  params: Pick<MlpOptions, 'hiddenSizes' | 'activation' | 'normalization' | 'embedding'> & {
    readonly trainableLayers: number | null;
  },
): void {
  if (from === null) {
    if (params.trainableLayers === null) return;
    throw new StageError(
      'E_PARAMS',
      `train.mlp.trainable_layers must be null where training starts from drawn weights; got ${params.trainableLayers}`,
      { hint: 'name the bundle to start from with --from' },
    );
  }
  const wanted = { ...params, columns, nClasses, embedding: nameEmbedding(params.embedding) };
  const embedding = nameEmbedding((from.facts.embedding as Embedding | undefined) ?? null);
  const found = { ...from.facts, columns: from.columns, nClasses: from.nClasses, embedding };
  const names = {
    columns: 'features',
    nClasses: 'number of classes',
    hiddenSizes: 'hidden_sizes',
    activation: 'activation',
    normalization: 'normalization',
    embedding: 'embedding',
  } as const;
  const different = (Object.keys(names) as (keyof typeof names)[]).filter(
    (key) => String(wanted[key]) !== String((found as Record<string, unknown>)[key]),
  );
  if (different.length === 0) return;
  const describe = (key: keyof typeof names): string =>
    key === 'columns' ? names[key] : `${names[key]} ${(found as Record<string, unknown>)[key]}`;
  throw new StageError(
    'E_DATA',
    `the model that training starts from must have the features, classes and layers of train.mlp; got other ${listExamples(different, describe)}`,
    { hint: 'set train.mlp as it was when that model was trained' },
  );
}
