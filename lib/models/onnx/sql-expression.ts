/**
 * Expressions of the small SQL dialect of the features, written as operators of ONNX in double.
 *
 * A missing value (NULL) is NaN here. A comparison with NaN does not hold, as one with NULL is not true, and
 * arithmetic with NaN gives NaN, as with NULL.
 */
import { readExpression } from '../../preprocessing/sql-expression.ts';
import type { Operator } from '../../preprocessing/sql-expression.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { addSine } from './sine.ts';

/**
 * @param columnOf - The value of a column: double, shape (n, 1).
 * @throws Error for what is not of the dialect.
 */
export function addExpression(
  graph: GraphBuilder,
  sql: string,
  columnOf: (name: string) => Value,
): Value {
  return readExpression<Value>(sql, {
    missing: graph.double(NaN),
    number: graph.double,
    column: columnOf,
    apply(operator, operands) {
      const write = WRITERS[operator];
      return typeof write === 'string' ? graph.add(write, operands) : write(graph, operands);
    },
  });
}

type Write = (graph: GraphBuilder, operands: readonly Value[]) => Value;

/** The operator of ONNX that does it, or what several do together. */
const WRITERS: Readonly<Record<Operator, string | Write>> = {
  '=': 'Equal',
  '>': 'Greater',
  '>=': 'GreaterOrEqual',
  '<': 'Less',
  '<=': 'LessOrEqual',
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  negate: 'Neg',
  'is not null': (graph, [a]) => graph.add('Not', [graph.add('IsNaN', [a])]),
  choose: 'Where',
  sqrt: 'Sqrt',
  ln: 'Log',
  sin: (graph, [a]) => addSine(graph, a, 0),
  cos: (graph, [a]) => addSine(graph, a, 1),
  radians: (graph, [a]) => graph.add('Mul', [a, graph.double(Math.PI / 180)]),
  nullif: (graph, [a, b]) => graph.add('Where', [graph.add('Equal', [a, b]), graph.double(NaN), a]),
  // what is finite times 0 is 0; NaN and infinity are NaN
  isfinite: (graph, [a]) =>
    graph.add('Equal', [graph.add('Mul', [a, graph.double(0)]), graph.double(0)]),
};
