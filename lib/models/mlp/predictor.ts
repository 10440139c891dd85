/** A perceptron that predicts, in blocks of so many rows that a row's bytes do not depend on its neighbours. */
import { setVariables } from '../tensorflow/backend.ts';
import type { Backend } from '../tensorflow/backend.ts';
import type { Mlp } from './fit.ts';
import { FEATURES, PROBABILITIES, createPredictionGraph } from './network.ts';

/** Rows of one run of the prediction graph; after the last rows come some of the block before, unread. */
const PREDICTION_ROWS = 256;

/** A model made ready to predict many times. */
export interface MlpPredictor {
  /**
   * @param X - Row-major, shape (nSamples, nFeatures).
   * @returns Probability of each class, row-major, shape (nSamples, nClasses). A row's bytes do not depend
   *   on the rows beside it.
   */
  predictProba(X: Float32Array): Float32Array;
  dispose(): void;
}

export function createMlpPredictor(model: Mlp, backend: Backend): MlpPredictor {
  const { nFeatures, nClasses } = model;
  const graph = createPredictionGraph(model, PREDICTION_ROWS);
  const program = backend.compile(graph);
  setVariables(program, graph, model.weights);
  return {
    predictProba(X) {
      const nSamples = X.length / nFeatures;
      const probabilities = new Float32Array(nSamples * nClasses);
      const padded = new Float32Array(PREDICTION_ROWS * nFeatures);
      const feeds = { [FEATURES]: { shape: [PREDICTION_ROWS, nFeatures], values: padded } };
      for (let start = 0; start < nSamples; start += PREDICTION_ROWS) {
        const end = Math.min(start + PREDICTION_ROWS, nSamples);
        padded.set(X.subarray(start * nFeatures, end * nFeatures));
        const [rows] = program.run(feeds, [PROBABILITIES]);
        probabilities.set(rows.subarray(0, (end - start) * nClasses), start * nClasses);
      }
      return probabilities;
    },
    dispose: () => program.dispose(),
  };
}

/** {@link createMlpPredictor} for one use. */
export function predictProba(model: Mlp, X: Float32Array, backend: Backend): Float32Array {
  const predictor = createMlpPredictor(model, backend);
  try {
    return predictor.predictProba(X);
  } finally {
    predictor.dispose();
  }
}
