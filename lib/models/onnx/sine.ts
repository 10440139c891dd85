/**
 * Sine and cosine of doubles, to the last bits at every multiple of a quarter circle too.
 *
 * The operators of onnxruntime give -0 for the sine of the double next to π, where it is 1.2e-16; trees that
 * cut between such values and 0 would go the other way. So whole quarters are taken away in three parts first
 * (Cody & Waite 1980, with the constants of FDLIBM's e_rem_pio2.c), and the operators see -π/4 to π/4 alone.
 */
import type { GraphBuilder, Value } from './graph.ts';

/** π / 2 in parts of 33 bits, so that their products with whole numbers are exact, and what is left of it. */
const FIRST = 1.5707963267341256;
const SECOND = 6.077100506303966e-11;
const REST = 2.0222662487959506e-21;

/** @param nQuarters - Of a circle that the angle is moved by: 0 for the sine, 1 for the cosine. */
export function addSine(graph: GraphBuilder, angle: Value, nQuarters: 0 | 1): Value {
  const { add, double } = graph;
  const quarters = add('Round', [add('Mul', [angle, double(2 / Math.PI)])]);
  const times = (part: number): Value => add('Mul', [quarters, double(part)]);
  const first = add('Sub', [angle, times(FIRST)]);
  const second = add('Sub', [first, times(SECOND)]);
  const lost = add('Sub', [add('Sub', [first, second]), times(SECOND)]);
  const left = add('Sub', [second, add('Sub', [times(REST), lost])]);

  const moved = add('Add', [quarters, double(nQuarters)]);
  const modulo = (value: Value, n: number): Value =>
    add('Sub', [value, add('Mul', [add('Floor', [add('Div', [value, double(n)])]), double(n)])]);
  const isOdd = add('Equal', [modulo(moved, 2), double(1)]);
  const isNegative = add('GreaterOrEqual', [modulo(moved, 4), double(2)]);
  const wave = add('Where', [isOdd, add('Cos', [left]), add('Sin', [left])]);
  return add('Where', [isNegative, add('Neg', [wave]), wave]);
}
