/** The model `k-nearest-neighbors`: the classes or numbers of the rows of train that lie nearest. */
import { integer, map, number, oneOf } from '../params/schema.ts';
import { NEIGHBOR_WEIGHTS } from './k-nearest-neighbors/classify.ts';
import {
  findNeighborsProblem,
  findNeighborsRegressorProblem,
} from './k-nearest-neighbors/state.ts';
import { defineModel } from './model.ts';

export const kNearestNeighbors = defineModel({
  name: 'k-nearest-neighbors',
  summary:
    'Vote, or mean number, of the nearest rows of train by Euclidean distance of scaled columns, in a k-d tree',
  acceptsMissing: false,
  params: {
    n_neighbors: integer({ default: 5, min: 1, doc: 'Rows of train that vote.' }),
    weights: oneOf(NEIGHBOR_WEIGHTS, {
      default: 'uniform',
      doc: 'What a vote counts: the same for all, or the inverse of the distance; rows at distance 0 then vote alone.',
    }),
    leaf_size: integer({
      default: 16,
      min: 1,
      doc: 'Rows that are searched one by one; changes the speed, not the result.',
    }),
    scale: map(number({ default: 1, min: 0, doc: '' }), {
      default: {},
      doc: 'Factor of each column by name or pattern, 1 where none is given; a * stands for any text, the last pattern that matches counts, and 0 leaves the column out. Give large factors to few columns: where some dozens count alike, nearly all rows are searched.',
    }),
  },
  async fit(data, params) {
    const { fitNeighbors } = await import('./k-nearest-neighbors/fit.ts');
    return fitNeighbors(data, params);
  },
  findProblem: findNeighborsProblem,
  async open(fitted) {
    const { createNeighborsPredictor } = await import('./k-nearest-neighbors/predict.ts');
    return createNeighborsPredictor(fitted);
  },
  regression: {
    async fit(data, params) {
      const { fitNeighborsRegressor } = await import('./k-nearest-neighbors/fit.ts');
      return fitNeighborsRegressor(data, params);
    },
    findProblem: findNeighborsRegressorProblem,
    async open(fitted) {
      const { createNeighborsRegressor } = await import('./k-nearest-neighbors/predict.ts');
      return createNeighborsRegressor(fitted);
    },
  },
});
