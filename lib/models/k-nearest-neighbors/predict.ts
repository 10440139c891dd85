import type { FittedModel, Predictor, Regressor } from '../model.ts';
import { average } from './average.ts';
import { vote } from './classify.ts';
import { createSearch } from './k-d-tree.ts';
import type { Neighbors } from './k-d-tree.ts';
import { scaleColumns } from './scale.ts';
import { toTree } from './state.ts';
import type { NeighborsFacts, TreeFacts } from './state.ts';

/** Queries between which the event loop gets a turn. */
const QUERIES_PER_TURN = 1024;

export function createNeighborsPredictor(fitted: FittedModel): Predictor {
  const { weights, factors, classWeight } = fitted.facts as unknown as NeighborsFacts;
  const { nClasses } = fitted;
  const labels = fitted.tensors.labels.data as Int32Array;
  const searchAll = createSearchOfAll(fitted);
  const shares = new Float64Array(nClasses);
  return {
    async predictProba(features) {
      const nSamples = features.length / factors.length;
      const probabilities = new Float32Array(nSamples * nClasses);
      await searchAll(features, (i, neighbors) => {
        vote(neighbors, labels, weights, classWeight, shares);
        probabilities.set(shares, i * nClasses);
      });
      return probabilities;
    },
    dispose: () => {},
  };
}

export function createNeighborsRegressor(fitted: FittedModel): Regressor {
  const { weights, factors } = fitted.facts as unknown as TreeFacts;
  const targets = fitted.tensors.targets.data as Float64Array;
  const searchAll = createSearchOfAll(fitted);
  return {
    async predict(features) {
      const predicted = new Float64Array(features.length / factors.length);
      await searchAll(features, (i, neighbors) => {
        predicted[i] = average(neighbors, targets, weights);
      });
      return predicted;
    },
    dispose: () => {},
  };
}

/** Finds the neighbours of every row, one after another; `use` gets them before those of the next one. */
function createSearchOfAll(fitted: FittedModel) {
  const { nNeighbors, factors } = fitted.facts as unknown as TreeFacts;
  const search = createSearch(toTree(fitted), nNeighbors);
  return async (
    features: Float32Array,
    use: (row: number, neighbors: Neighbors) => void,
  ): Promise<void> => {
    const queries = scaleColumns(features, factors);
    const nSamples = queries.length / factors.length;
    for (let i = 0; i < nSamples; i++) {
      if (i % QUERIES_PER_TURN === QUERIES_PER_TURN - 1) await new Promise(setImmediate);
      use(i, search(queries, i * factors.length));
    }
  };
}
