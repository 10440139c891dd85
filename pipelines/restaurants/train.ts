/**
 * train: the forests, learnt from the whole window.
 *
 * Reads the training set; writes two model folders that MLflow loads: the single forest in the flavor `lightgbm`, and
 * all forests as a `python_function` with its own code, plain data and pinned environment. Logs the MLflow run `train`.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import {
  FORESTS_SCHEMA,
  WINDOW_SCHEMA,
} from '../../lib/forecasting/restaurants/restaurant-params.ts';

export const train = defineStage({
  name: 'train',
  summary: 'Fit a random forest, and further ones on bootstrap samples for the range',
  paths: {
    x: input('data/training_set/x_train.csv', 'Features by the hour'),
    y: input('data/training_set/y_train.csv', 'Turnover of the same hours'),
    simpleModel: output('models/simple_model', 'Model folder of MLflow: the single forest'),
    multiModel: output('models/multi_model', 'Model folder of MLflow: prediction and range'),
  },
  params: FORESTS_SCHEMA,
  shared: { window: WINDOW_SCHEMA },
  example: '--set train.n_estimators=50',
  async run({ paths, params, shared: { window }, rng, tracking, log }) {
    const { fitMultiModel } = await import('../../lib/forecasting/restaurants/multi-model.ts');
    const { readTrainingSet } = await import('../../lib/data/restaurant-tables.ts');
    const { writeForests } = await import('../../lib/tracking/multi-model.ts');
    const { trackRun } = await import('../../lib/tracking/run.ts');
    const tracked = {
      ...{ start_week: window.startWeek, end_week: window.endWeek },
      ...{ n_estimators: params.nEstimators, n_models: params.nModels },
    };
    return await trackRun(
      tracking,
      { name: 'train', params: tracked, warn: log.warn },
      async (run) => {
        const { x, y } = readTrainingSet(paths);
        const model = fitMultiModel(new Float32Array(x.values), y, params, rng);
        writeForests(paths, model, x);
        run.logModel(paths.simpleModel, 'simple_model');
        run.logModel(paths.multiModel, 'multi_model');
        const { nModels, nEstimators } = params;
        return { message: `1 + ${nModels} forests of ${nEstimators} trees, ${y.length} hours` };
      },
    );
  },
});

if (import.meta.main) await main(train);
