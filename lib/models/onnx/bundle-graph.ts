/** A bundle as one graph of ONNX: raw columns in, label and probabilities, or the number, out. */
import { StageError } from '../../errors.ts';
import { membersOf } from '../ensemble.ts';
import type { EnsembleFacts } from '../ensemble.ts';
import { isRegression } from '../bundle.ts';
import type { Bundle, ClassValue } from '../bundle.ts';
import type { FittedModel } from '../model.ts';
import { addForest, addRegressionForest } from './forest-graph.ts';
import { createOnnxGraph } from './graph.ts';
import type { ElementType, GraphBuilder, OnnxGraph, OnnxTensor, Value } from './graph.ts';
import { addBooster, addScores } from './lightgbm-graph.ts';
import { addNumberPerceptron, addPerceptron } from './mlp-graph.ts';
import { ROWS, addPreprocessing } from './preprocessing-graph.ts';

type AddModel = (graph: GraphBuilder, fitted: FittedModel, features: Value) => Value;

/** How each model that can be exported is written; probabilities come as float32. */
const MODELS: Readonly<Record<string, AddModel>> = {
  'extra-trees': addForest,
  lightgbm: addBooster,
  mlp: addPerceptron,
  'random-forest': addForest,
};

/** How each model that predicts a number is written; it comes in shape (rows, 1). */
const REGRESSIONS: Readonly<Record<string, AddModel>> = {
  'extra-trees': addRegressionForest,
  lightgbm: addScores,
  mlp: addNumberPerceptron,
  'random-forest': addRegressionForest,
};

/**
 * One input for each raw column that a feature is made of, double, shape (rows, 1), NaN where it is missing.
 * Outputs: `label` (rows), the class, and `probabilities` (rows, classes), float32, in the order of the classes; of a
 * regression `prediction` (rows), double.
 *
 * @throws StageError E_DATA for a model that has no form in ONNX here, or that takes texts.
 */
export function toOnnxGraph(bundle: Bundle): OnnxGraph {
  const { model, preprocessing, input, classes } = bundle;
  if (preprocessing.vectorizer !== undefined) {
    throw new StageError(
      'E_DATA',
      `the model must take numbers to be exported to ONNX; got texts of the column ${preprocessing.vectorizer.column}`,
      { hint: 'predict scores texts with any bundle' },
    );
  }
  const graph = createOnnxGraph();
  const features = addPreprocessing(graph, preprocessing, input, model.columns);
  if (isRegression(bundle)) {
    const number = graph.cast(addNumber(graph, model, features), 'float64');
    const prediction = graph.add('Reshape', [number, graph.integers([-1])]);
    graph.output({ name: 'prediction', type: 'float64', shape: [ROWS] }, prediction);
    return graph.finish();
  }
  const probabilities = addPriors(graph, bundle, addModel(graph, model, features));
  const { type, tensor } = toLabels(classes);
  const label = graph.add('Gather', [
    graph.constant(tensor),
    addDecision(graph, bundle, probabilities),
  ]);
  graph.output({ name: 'label', type, shape: [ROWS] }, label);
  const shape = [ROWS, classes.length];
  graph.output({ name: 'probabilities', type: 'float32', shape }, probabilities);
  return graph.finish();
}

function addModel(graph: GraphBuilder, model: FittedModel, features: Value): Value {
  if (model.name === 'ensemble') return addEnsemble(graph, model, features);
  const add = MODELS[model.name];
  if (add !== undefined) return add(graph, model, features);
  return refuse(model, [...Object.keys(MODELS), 'ensemble']);
}

function addNumber(graph: GraphBuilder, model: FittedModel, features: Value): Value {
  const add = REGRESSIONS[model.name];
  if (add !== undefined) return add(graph, model, features);
  return refuse(model, Object.keys(REGRESSIONS));
}

function refuse({ name }: FittedModel, able: readonly string[]): never {
  throw new StageError(
    'E_DATA',
    `the model must be ${able.join(', ')} to be exported to ONNX; got ${name}`,
    { hint: 'predict scores rows with any bundle' },
  );
}

/** As createBlend of lib/models/ensemble/predict.ts: the weighted mean of the members, at a temperature. */
function addEnsemble(graph: GraphBuilder, model: FittedModel, features: Value): Value {
  const { weights, temperature } = model.facts as unknown as EnsembleFacts;
  const weighed = membersOf(model).map((member, m) => {
    const places = graph.integers(member.columns.map((name) => model.columns.indexOf(name)));
    const own = graph.add('Gather', [features, places], { axis: { int: 1 } });
    const probabilities = graph.cast(addModel(graph, member, own), 'float64');
    return graph.add('Mul', [graph.double(weights[m]), probabilities]);
  });
  const mean = weighed.reduce((sum, next) => graph.add('Add', [sum, next]));
  const heated = graph.add('Pow', [mean, graph.double(1 / temperature)]);
  const sum = graph.add('ReduceSum', [heated, graph.integers([1])], { keepdims: { int: 1 } });
  return graph.cast(graph.add('Div', [heated, sum]), 'float32');
}

/** As correctPriors of the scorer. */
function addPriors(graph: GraphBuilder, { priorCorrection }: Bundle, probabilities: Value): Value {
  if (priorCorrection === null) return probabilities;
  const factors = graph.floats(Float32Array.from(priorCorrection), [priorCorrection.length]);
  const weighed = graph.add('Mul', [probabilities, factors]);
  const sum = graph.add('ReduceSum', [weighed, graph.integers([1])], { keepdims: { int: 1 } });
  return graph.add('Div', [weighed, sum]);
}

/** As decideLabels: the number of the class of each row. */
function addDecision(graph: GraphBuilder, { threshold }: Bundle, probabilities: Value): Value {
  if (threshold === null) {
    return graph.add('ArgMax', [probabilities], { axis: { int: 1 }, keepdims: { int: 0 } });
  }
  const second = graph.add('Gather', [probabilities, graph.integers([1], [])], {
    axis: { int: 1 },
  });
  const isSecond = graph.add('GreaterOrEqual', [second, graph.float(threshold)]);
  return graph.cast(isSecond, 'int64');
}

function toLabels(classes: readonly ClassValue[]): { type: ElementType; tensor: OnnxTensor } {
  const shape = [classes.length];
  if (classes.every((value) => Number.isSafeInteger(value))) {
    return { type: 'int64', tensor: { shape, data: BigInt64Array.from(classes, BigInt) } };
  }
  if (classes.every((value) => typeof value === 'number')) {
    return { type: 'float64', tensor: { shape, data: Float64Array.from(classes) } };
  }
  return { type: 'string', tensor: { shape, data: classes.map(String) } };
}
