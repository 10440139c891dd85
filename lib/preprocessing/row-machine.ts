/**
 * Expressions as a list of operations on numbered places, each a double and whether it is missing (NULL).
 *
 * What holds of missing values and NaN is what holds of them in DuckDB: an operation on a missing value is missing, a
 * condition that is missing is not true; NaN equals NaN, and is greater than every other number.
 */
import type { Mathematics } from './libm.ts';
import type { Algebra, Operator } from './sql-expression.ts';

export interface RowMachine {
  /** Shape (number of places). */
  readonly values: Float64Array;
  /** 1 where the place has no value; shape (number of places). */
  readonly missing: Uint8Array;
  /** Computes all places of the row that begins at `start`; NaN in `raw` is a missing value. */
  run(raw: Float64Array, start: number): void;
}

export interface RowMachineBuilder extends Omit<Algebra<number>, 'column'> {
  finish(): RowMachine;
}

// numbers, and no texts: the loop below goes through a thousand operations a row
const EQUAL = 0;
const GREATER = 1;
const AT_LEAST = 2;
const LESS = 3;
const AT_MOST = 4;
const ADD = 5;
const SUBTRACT = 6;
const MULTIPLY = 7;
const DIVIDE = 8;
const NEGATE = 9;
const IS_NOT_NULL = 10;
const CHOOSE = 11;
const SQRT = 12;
const LN = 13;
const SIN = 14;
const COS = 15;
const RADIANS = 16;
const NULLIF = 17;
const IS_FINITE = 18;

const CODES: Readonly<Record<Operator, number>> = {
  '=': EQUAL,
  '>': GREATER,
  '>=': AT_LEAST,
  '<': LESS,
  '<=': AT_MOST,
  '+': ADD,
  '-': SUBTRACT,
  '*': MULTIPLY,
  '/': DIVIDE,
  negate: NEGATE,
  'is not null': IS_NOT_NULL,
  choose: CHOOSE,
  sqrt: SQRT,
  ln: LN,
  sin: SIN,
  cos: COS,
  radians: RADIANS,
  nullif: NULLIF,
  isfinite: IS_FINITE,
};

/** Places 0 to nRaw - 1 are the raw values of a row. The same operation on the same places is there once. */
export function createRowMachine(nRaw: number, mathematics: Mathematics): RowMachineBuilder {
  const constants = new Map<number, number>();
  const operations: { code: number; operands: readonly number[]; to: number }[] = [];
  const known = new Map<string, number>();
  let nPlaces = nRaw;

  function remember(key: string, add: (place: number) => void): number {
    const found = known.get(key);
    if (found !== undefined) return found;
    const place = nPlaces++;
    add(place);
    known.set(key, place);
    return place;
  }
  const number = (value: number): number =>
    remember(Object.is(value, -0) ? '-0' : `${value}`, (place) => constants.set(place, value));

  return {
    missing: number(NaN),
    number,
    apply(operator, operands) {
      const code = CODES[operator];
      return remember(`${operator} ${operands.join()}`, (to) => {
        operations.push({ code, operands, to });
      });
    },
    finish() {
      const values = new Float64Array(nPlaces);
      const missing = new Uint8Array(nPlaces);
      for (const [place, value] of constants) {
        values[place] = value;
        missing[place] = Number.isNaN(value) ? 1 : 0;
      }
      const pick = (i: number): Int32Array =>
        Int32Array.from(operations, ({ operands }) => operands[i] ?? operands[0]);
      const program = {
        codes: Uint8Array.from(operations, ({ code }) => code),
        operands: [pick(0), pick(1), pick(2)] as const,
        to: Int32Array.from(operations, ({ to }) => to),
      };
      return {
        values,
        missing,
        run(raw, start) {
          for (let j = 0; j < nRaw; j++) {
            const value = raw[start + j];
            values[j] = value;
            missing[j] = Number.isNaN(value) ? 1 : 0;
          }
          execute(program, values, missing, mathematics);
        },
      };
    },
  };
}

interface Program {
  readonly codes: Uint8Array;
  /** Places of the first, second and third operand. */
  readonly operands: readonly [Int32Array, Int32Array, Int32Array];
  readonly to: Int32Array;
}

const DEGREE = Math.PI / 180;

function execute(
  { codes, operands: [first, second, third], to }: Program,
  values: Float64Array,
  missing: Uint8Array,
  { sin, cos, log }: Mathematics,
): void {
  for (let k = 0; k < codes.length; k++) {
    const a = first[k];
    const b = second[k];
    const x = values[a];
    const y = values[b];
    let value = NaN;
    let isMissing = missing[a] | missing[b];
    switch (codes[k]) {
      case EQUAL:
        value = isEqual(x, y) ? 1 : 0;
        break;
      case GREATER:
        value = isGreater(x, y) ? 1 : 0;
        break;
      case AT_LEAST:
        value = isGreater(y, x) ? 0 : 1;
        break;
      case LESS:
        value = isGreater(y, x) ? 1 : 0;
        break;
      case AT_MOST:
        value = isGreater(x, y) ? 0 : 1;
        break;
      case ADD:
        value = x + y;
        break;
      case SUBTRACT:
        value = x - y;
        break;
      case MULTIPLY:
        value = x * y;
        break;
      case DIVIDE:
        value = x / y;
        break;
      case NEGATE:
        value = -x;
        break;
      case IS_NOT_NULL:
        value = 1 - missing[a];
        isMissing = 0;
        break;
      case CHOOSE: {
        const taken = missing[a] === 0 && x !== 0 ? b : third[k];
        value = values[taken];
        isMissing = missing[taken];
        break;
      }
      case SQRT:
        value = Math.sqrt(x);
        break;
      case LN:
        value = log(x);
        break;
      case SIN:
        value = sin(x);
        break;
      case COS:
        value = cos(x);
        break;
      case RADIANS:
        value = x * DEGREE;
        break;
      case NULLIF:
        value = x;
        isMissing = missing[a] | (missing[b] === 0 && isEqual(x, y) ? 1 : 0);
        break;
      case IS_FINITE:
        value = Number.isFinite(x) ? 1 : 0;
        break;
    }
    values[to[k]] = value;
    missing[to[k]] = isMissing;
  }
}

function isEqual(x: number, y: number): boolean {
  return x === y || (Number.isNaN(x) && Number.isNaN(y));
}

function isGreater(x: number, y: number): boolean {
  return x > y || (Number.isNaN(x) && !Number.isNaN(y));
}
