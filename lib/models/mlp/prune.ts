/** Prunes a perceptron, and lets what is left learn again. */
import { StageError, listExamples } from '../../errors.ts';
import type { Params } from '../../params/schema.ts';
import { takeColumns } from '../fit-model.ts';
import type { FitContext, FittedModel, LabelledRows, TrainingData } from '../model.ts';
import type { PRUNE_SCHEMA } from '../shrinking/prune-params.ts';
import { dropUnits, zeroSmallestWeights } from './prune-network.ts';
import { fromNetwork, storedPrecision, toNetwork } from './state.ts';
import { fitNetwork } from './train.ts';

/**
 * @param data - Rows scaled as the model was trained on; its features are among theirs.
 * @throws StageError E_DATA when the rows lack a feature or have other classes.
 */
export async function prunePerceptron(
  fitted: FittedModel,
  data: TrainingData,
  params: Params<typeof PRUNE_SCHEMA>,
  context: FitContext,
): Promise<FittedModel> {
  const isSparse = params.method === 'magnitude';
  const reduce = isSparse ? zeroSmallestWeights : dropUnits;
  const pruned = reduce(toNetwork(fitted), params.sparsity);
  const backend = String(fitted.facts.backend);
  const pack = (network: typeof pruned) => fromNetwork(network, backend, storedPrecision(fitted));
  const start: FittedModel = { ...fitted, ...pack(pruned) };
  if (params.maxEpochs === 0 || params.sparsity === 0) return start;
  const options = { ...OPTIONS, ...pruned, ...params };
  const rows = selectFeatures(data, fitted);
  const fit = await fitNetwork(rows, options, { ...context, from: start }, isSparse);
  return { ...start, ...pack(toNetwork({ ...start, ...fit.fitted })) };
}

/** What fine-tuning has of the options of training that nobody needs to set. */
const OPTIONS = {
  dropout: 0,
  labelSmoothing: 0,
  optimizer: 'adamw',
  gradientClipNorm: null,
  earlyStoppingPatience: null,
  schedule: 'one_cycle',
  warmupShare: 0.1,
  numWorkers: 0,
  trainableLayers: null,
} as const;

function selectFeatures(data: TrainingData, { columns, nClasses }: FittedModel): TrainingData {
  const missing = columns.filter((name) => !data.columns.includes(name));
  if (missing.length > 0 || data.nClasses !== nClasses) {
    const got =
      missing.length > 0 ? `none called ${listExamples(missing)}` : `${data.nClasses} classes`;
    throw new StageError(
      'E_DATA',
      `the tensors must have the features and the ${nClasses} classes of the model; got ${got}`,
      { hint: 'name the tensors that the model was trained on with --tensors' },
    );
  }
  const take = (rows: LabelledRows): LabelledRows => ({
    ...rows,
    features: takeColumns(rows.features, rows.nSamples, data.columns, columns),
  });
  return { ...data, columns, train: take(data.train), valid: take(data.valid) };
}
