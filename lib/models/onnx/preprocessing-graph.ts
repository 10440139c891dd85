/** The way of raw columns to the features of a model, as operators of ONNX in double. */
import { StageError, listExamples } from '../../errors.ts';
import { RATIONALS } from '../../preprocessing/normal-quantile.ts';
import type { Preprocessing } from '../../preprocessing/pipeline.ts';
import { END_WIDTH, MAX_NORMAL, MIN_NORMAL } from '../../preprocessing/quantile-normal.ts';
import type { ColumnScaler, Fill } from '../../preprocessing/scaler.ts';
import { outputsOf } from '../../preprocessing/transforms.ts';
import { identifier } from '../../sql.ts';
import type { Column } from '../../sql.ts';
import { addExpression } from './sql-expression.ts';
import type { GraphBuilder, Value } from './graph.ts';

/** Rows of a batch, whose number is known at run time. */
export const ROWS = 'rows';

/**
 * @param columns - Features that the model takes, in its order.
 * @param input - Raw columns. Those that no feature is made of are no inputs of the graph.
 * @returns Double, shape (rows, columns); NaN where a value is missing.
 */
export function addPreprocessing(
  graph: GraphBuilder,
  { features, scaler }: Preprocessing,
  input: readonly Column[],
  columns: readonly string[],
): Value {
  const valueOf = createColumns(graph, features?.columns ?? [], input);
  const scalers = columns.map((name) => scaler?.columns[name] ?? null);
  const values = columns.map(valueOf);
  const isQuantile = scalers.map((column) => column !== null && 'quantiles' in column);
  const pick = (wanted: boolean): number[] =>
    [...columns.keys()].filter((j) => isQuantile[j] === wanted);
  const [straight, curved] = [pick(false), pick(true)];
  const parts = [
    ...(straight.length === 0
      ? []
      : [
          addAffine(
            graph,
            concat(graph, straight, values),
            straight.map((j) => scalers[j]),
          ),
        ]),
    ...(curved.length === 0
      ? []
      : [
          addQuantiles(
            graph,
            concat(graph, curved, values),
            curved.map((j) => scalers[j]),
          ),
        ]),
  ];
  if (parts.length === 1) return parts[0];
  const joined = graph.add('Concat', parts, { axis: { int: 1 } });
  const placed = [...straight, ...curved];
  const order = graph.integers(columns.map((_, j) => placed.indexOf(j)));
  return graph.add('Gather', [joined, order], { axis: { int: 1 } });
}

type Affine = { readonly fill: Fill; readonly center: number; readonly scale: number };
type Quantile = Extract<ColumnScaler, { readonly quantiles: readonly number[] }>;
const UNSCALED: Affine = { fill: null, center: 0, scale: 1 };

const concat = (graph: GraphBuilder, places: readonly number[], values: readonly Value[]): Value =>
  graph.add(
    'Concat',
    places.map((j) => values[j]),
    { axis: { int: 1 } },
  );

/** The value of a column by its name, made when it is first asked for. */
function createColumns(
  graph: GraphBuilder,
  declarations: NonNullable<Preprocessing['features']>['columns'],
  input: readonly Column[],
): (name: string) => Value {
  const made = new Map<string, Value>();
  const made_of = new Map(
    declarations.flatMap((declaration) =>
      outputsOf(declaration, declaration.of.map(identifier)).map(
        ({ name, sql }) => [name, sql] as const,
      ),
    ),
  );
  const make = (name: string): Value => {
    const sql = made_of.get(name);
    if (sql !== undefined) return addExpression(graph, sql, valueOf);
    const column = input.find((candidate) => candidate.name === name);
    if (column?.kind !== 'number') {
      throw new StageError(
        'E_DATA',
        `every feature must be made of numbers to be exported; got ${name} as ${column?.kind ?? 'no column'}`,
        { hint: `its columns are ${listExamples(input, (known) => known.name)}` },
      );
    }
    return graph.input({ name, type: 'float64', shape: [ROWS, 1] });
  };
  const valueOf = (name: string): Value => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = make(name);
    made.set(name, value);
    return value;
  };
  return valueOf;
}

/** `(x - center) / scale` of each column, which is bit-equal x for center 0 and scale 1. */
function addAffine(
  graph: GraphBuilder,
  x: Value,
  scalers: readonly (ColumnScaler | null)[],
): Value {
  const columns = scalers.map((column) => (column ?? UNSCALED) as Affine);
  const filled = addFills(graph, x, columns);
  if (columns.every(({ center, scale }) => center === 0 && scale === 1)) return filled;
  const centers = graph.doubles(columns.map(({ center }) => center));
  const scales = graph.doubles(columns.map(({ scale }) => scale));
  return graph.add('Div', [graph.add('Sub', [filled, centers]), scales]);
}

function addFills(
  graph: GraphBuilder,
  x: Value,
  columns: readonly Pick<ColumnScaler, 'fill'>[],
): Value {
  const fillOf = ({ fill }: { readonly fill: Fill }): number =>
    typeof fill === 'number' ? fill : NaN;
  const fillings = columns.map(fillOf);
  if (fillings.every(Number.isNaN)) return x;
  const fills = graph.doubles(fillings);
  return graph.add('Where', [graph.add('IsNaN', [x]), fills, x]);
}

/** Quantiles are looked at in blocks of so many: first which block, then where in it. */
const BLOCK = 32;

/** The quantiles of several columns, each behind the other, filled up with infinity to whole blocks. */
function tabulate(columns: readonly Quantile[]) {
  const longest = Math.max(...columns.map(({ quantiles }) => quantiles.length));
  const nBlocks = Math.ceil(longest / BLOCK);
  const width = nBlocks * BLOCK;
  const padded = columns.map(({ quantiles }) => [
    ...quantiles,
    ...new Array<number>(width - quantiles.length).fill(Infinity),
  ]);
  const ends = padded.map((row) => row.filter((_, i) => i % BLOCK === BLOCK - 1));
  return { table: padded.flat(), ends: ends.flat(), nBlocks, width };
}

/** As toNormal of lib/preprocessing/quantile-normal.ts, for all columns at once. */
function addQuantiles(
  graph: GraphBuilder,
  x: Value,
  scalers: readonly (ColumnScaler | null)[],
): Value {
  const columns = scalers as readonly Quantile[];
  const value = addFills(graph, x, columns);
  const k = columns.length;
  const { table, ends, nBlocks, width } = tabulate(columns);
  const add = graph.add;
  const flat = graph.doubles(table);
  const blocks = add('Reshape', [flat, graph.integers([k * nBlocks, BLOCK])]);
  const blockEnds = graph.doubles(ends, [k, nBlocks]);
  const deep = add('Unsqueeze', [value, graph.integers([2])]);
  const columnStart = (size: number): Value =>
    graph.integers(Array.from({ length: k }, (_, j) => j * size));

  /** How many quantiles of each column are (not above, or) below its value. */
  function count(isBelow: 'Less' | 'LessOrEqual'): Value {
    const ofLast = graph.integers([-1]);
    const total = (held: Value): Value =>
      graph.cast(
        add('ReduceSum', [graph.cast(held, 'float32'), ofLast], { keepdims: { int: 0 } }),
        'int64',
      );
    const block = add('Min', [
      total(add(isBelow, [blockEnds, deep])),
      graph.integers([nBlocks - 1], []),
    ]);
    const rows = add('Gather', [blocks, add('Add', [block, columnStart(nBlocks)])]);
    const within = total(add(isBelow, [rows, deep]));
    return add('Add', [add('Mul', [block, graph.integers([BLOCK], [])]), within]);
  }
  const low = count('Less');
  const high = count('LessOrEqual');
  const quantileAt = (index: Value): Value =>
    add('Gather', [flat, add('Add', [index, columnStart(width)])]);

  // between two quantiles: on a straight line; low is kept from 1 up, since the ends are taken care of below
  const one = graph.integers([1], []);
  const after = add('Max', [low, one]);
  const before = add('Sub', [after, one]);
  const [a, b] = [quantileAt(before), quantileAt(after)];
  const toDouble = (index: Value): Value => graph.cast(index, 'float64');
  const nSteps = graph.doubles(columns.map(({ quantiles }) => quantiles.length - 1));
  const along = add('Div', [add('Sub', [value, a]), add('Sub', [b, a])]);
  const between = add('Div', [add('Add', [toDouble(before), along]), nSteps]);
  // on one or more equal quantiles: in their middle
  const last = add('Sub', [high, one]);
  const sum = toDouble(add('Add', [low, last]));
  const on = add('Div', [add('Div', [sum, graph.double(2)]), nSteps]);
  const share = add('Where', [add('Greater', [high, low]), on, between]);

  const [min, max] = [graph.double(MIN_NORMAL), graph.double(MAX_NORMAL)];
  const z = add('Min', [max, add('Max', [min, addNormalQuantile(graph, share)])]);
  const first = graph.doubles(columns.map(({ quantiles }) => quantiles[0]));
  const final = graph.doubles(columns.map(({ quantiles }) => quantiles[quantiles.length - 1]));
  const width0 = graph.double(END_WIDTH);
  const isLow = add('Less', [add('Sub', [value, width0]), first]);
  const isHigh = add('Greater', [add('Add', [value, width0]), final]);
  const known = add('Where', [isLow, min, add('Where', [isHigh, max, z])]);
  return add('Where', [add('IsNaN', [value]), graph.double(NaN), known]);
}

/** As normalQuantile of lib/preprocessing/normal-quantile.ts; what its parts give beyond their range is not taken. */
function addNormalQuantile(graph: GraphBuilder, p: Value): Value {
  const add = graph.add;
  const at = graph.double;
  const q = add('Sub', [p, at(0.5)]);
  const central = addRational(graph, 'central', add('Sub', [at(0.180625), add('Mul', [q, q])]));
  const isLower = add('Less', [q, at(0)]);
  const tail = add('Where', [isLower, p, add('Sub', [at(1), p])]);
  const r = add('Sqrt', [add('Neg', [add('Log', [tail])])]);
  const middle = addRational(graph, 'middle', add('Sub', [r, at(1.6)]));
  const far = addRational(graph, 'far', add('Sub', [r, at(5)]));
  const outer = add('Where', [
    add('LessOrEqual', [r, at(5)]),
    divide(graph, middle),
    divide(graph, far),
  ]);
  const signed = add('Where', [isLower, add('Neg', [outer]), outer]);
  const inner = add('Div', [add('Mul', [q, central[0]]), central[1]]);
  return add('Where', [add('LessOrEqual', [add('Abs', [q]), at(0.425)]), inner, signed]);
}

const divide = (graph: GraphBuilder, parts: readonly [Value, Value]): Value =>
  graph.add('Div', [...parts]);

function addRational(
  graph: GraphBuilder,
  part: keyof typeof RATIONALS,
  x: Value,
): readonly [Value, Value] {
  const polynomial = (coefficients: readonly number[]): Value =>
    coefficients
      .toReversed()
      .map(graph.double)
      .reduce((sum, next) => graph.add('Add', [graph.add('Mul', [sum, x]), next]));
  const [numerator, denominator] = RATIONALS[part];
  return [polynomial(numerator), polynomial(denominator)];
}
