/** Boosted trees as operators of ONNX, one-hot groups folded into categories. */
import type { Feature } from '../lightgbm/features.ts';
import { featuresOf, treesOf } from '../lightgbm/state.ts';
import type { FittedModel } from '../model.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { addTreeEnsemble } from './trees-graph.ts';

/**
 * @param features - Double, shape (rows, columns).
 * @returns Probabilities, float32, shape (rows, classes).
 */
export function addBooster(graph: GraphBuilder, fitted: FittedModel, features: Value): Value {
  const scores = addScores(graph, fitted, features);
  if (treesOf(fitted).ensemble.nOutputs > 1) {
    return graph.add('Softmax', [scores], { axis: { int: -1 } });
  }
  const second = graph.add('Sigmoid', [scores]);
  const first = graph.add('Sub', [graph.float(1), second]);
  return graph.add('Concat', [first, second], { axis: { int: 1 } });
}

/** @returns Raw scores, of a regression the number; float32, shape (rows, outputs). */
export function addScores(graph: GraphBuilder, fitted: FittedModel, features: Value): Value {
  const { ensemble, nRounds, isMean } = treesOf(fitted);
  const rounded = graph.cast(features, 'float32');
  // infinity is missing, as where a table is read for a model that accepts missing values
  const known = graph.add('Where', [graph.add('IsInf', [rounded]), graph.float(NaN), rounded]);
  const folded = foldFeatures(graph, featuresOf(fitted), graph.cast(known, 'float64'));
  return addTreeEnsemble(graph, ensemble, folded, isMean ? 1 / nRounds : 1);
}

/** As foldFeatures of lib/models/lightgbm/features.ts; categories are made whole, towards 0. */
function foldFeatures(graph: GraphBuilder, features: readonly Feature[], x: Value): Value {
  const take = (places: readonly number[]): Value =>
    graph.add('Gather', [x, graph.integers(places)], { axis: { int: 1 } });
  const single = features.filter(({ isGroup }) => !isGroup);
  const groups = features.filter(({ isGroup }) => isGroup);
  const parts = [
    ...(single.length === 0
      ? []
      : [cutCategories(graph, single, take(single.map((f) => f.places[0])))]),
    ...groups.map(({ places }) => categoryOf(graph, take(places))),
  ];
  return parts.length === 1 ? parts[0] : graph.add('Concat', parts, { axis: { int: 1 } });
}

function cutCategories(graph: GraphBuilder, features: readonly Feature[], x: Value): Value {
  if (features.every(({ isCategorical }) => !isCategorical)) return x;
  const isNegative = graph.add('Less', [x, graph.double(0)]);
  const whole = graph.add('Where', [isNegative, graph.add('Ceil', [x]), graph.add('Floor', [x])]);
  const isCategorical = graph.doubles(features.map((feature) => (feature.isCategorical ? 1 : 0)));
  const isCut = graph.add('Greater', [isCategorical, graph.double(0)]);
  return graph.add('Where', [isCut, whole, x]);
}

/** From 1, the place of the first column that is not 0; 0 where all are; NaN where one is missing. */
function categoryOf(graph: GraphBuilder, group: Value): Value {
  const isOn = graph.add('Not', [graph.add('Equal', [group, graph.double(0)])]);
  const on = graph.cast(isOn, 'float64');
  const along = { axis: { int: 1 }, keepdims: { int: 1 } };
  const first = graph.add('ArgMax', [graph.cast(on, 'float32')], along);
  const number = graph.add('Add', [graph.cast(first, 'float64'), graph.double(1)]);
  const axis = graph.integers([1]);
  const any = graph.add('ReduceMax', [on, axis], { keepdims: { int: 1 } });
  // NaN times 0 is NaN
  const missing = graph.add('ReduceSum', [graph.add('Mul', [group, graph.double(0)]), axis], {
    keepdims: { int: 1 },
  });
  return graph.add('Add', [graph.add('Mul', [any, number]), missing]);
}
