/** A forest as operators of ONNX: the mean of the probabilities of its leaves. */
import type { FittedModel } from '../model.ts';
import { fromFitted, toEnsemble } from '../trees/forest.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { addTreeEnsemble } from './trees-graph.ts';

/**
 * @param features - Double, shape (rows, features).
 * @returns Probabilities, float32, shape (rows, classes).
 */
export function addForest(graph: GraphBuilder, fitted: FittedModel, features: Value): Value {
  const ensemble = toEnsemble(fromFitted(fitted));
  const rounded = graph.cast(graph.cast(features, 'float32'), 'float64');
  return addTreeEnsemble(graph, ensemble, rounded, 1 / ensemble.roots.length);
}
