/** A forest as operators of ONNX: the mean of the probabilities, or numbers, of its leaves. */
import type { FittedModel } from '../model.ts';
import type { TreeEnsemble } from '../trees/ensemble.ts';
import { fromFitted, toEnsemble } from '../trees/forest.ts';
import * as regression from '../trees/regression-forest.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { addTreeEnsemble } from './trees-graph.ts';

/**
 * @param features - Double, shape (rows, features).
 * @returns Probabilities, float32, shape (rows, classes).
 */
export function addForest(graph: GraphBuilder, fitted: FittedModel, features: Value): Value {
  return addMean(graph, toEnsemble(fromFitted(fitted)), features);
}

/** @returns The number, float32, shape (rows, 1). */
export function addRegressionForest(
  graph: GraphBuilder,
  fitted: FittedModel,
  features: Value,
): Value {
  return addMean(graph, regression.toEnsemble(regression.fromFitted(fitted)), features);
}

function addMean(graph: GraphBuilder, ensemble: TreeEnsemble, features: Value): Value {
  const rounded = graph.cast(graph.cast(features, 'float32'), 'float64');
  return addTreeEnsemble(graph, ensemble, rounded, 1 / ensemble.roots.length);
}
