import type { FittedModel, Predictor } from '../model.ts';
import { vote } from './classify.ts';
import { createSearch } from './k-d-tree.ts';
import { scaleColumns } from './scale.ts';
import { toTree } from './state.ts';
import type { NeighborsFacts } from './state.ts';

/** Queries between which the event loop gets a turn. */
const QUERIES_PER_TURN = 1024;

export function createNeighborsPredictor(fitted: FittedModel): Predictor {
  const { nNeighbors, weights, factors, classWeight } = fitted.facts as unknown as NeighborsFacts;
  const { nClasses } = fitted;
  const labels = fitted.tensors.labels.data as Int32Array;
  const search = createSearch(toTree(fitted), nNeighbors);
  const shares = new Float64Array(nClasses);
  return {
    async predictProba(features) {
      const queries = scaleColumns(features, factors);
      const nSamples = queries.length / factors.length;
      const probabilities = new Float32Array(nSamples * nClasses);
      for (let i = 0; i < nSamples; i++) {
        if (i % QUERIES_PER_TURN === QUERIES_PER_TURN - 1) await new Promise(setImmediate);
        vote(search(queries, i * factors.length), labels, weights, classWeight, shares);
        probabilities.set(shares, i * nClasses);
      }
      return probabilities;
    },
    dispose: () => {},
  };
}
