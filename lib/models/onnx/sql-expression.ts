/**
 * Expressions of the small SQL dialect of the features, written as operators of ONNX in double.
 *
 * A missing value (NULL) is NaN here. A comparison with NaN does not hold, as one with NULL is not true, and
 * arithmetic with NaN gives NaN, as with NULL. The operators stand in the order of the expression, so that sums
 * round as they do in SQL.
 *
 *   comparison = sum [(= | > | >= | < | <=) sum | IS NOT NULL]
 *   sum        = product {(+ | -) product}
 *   product    = unary {(* | /) unary}
 *   unary      = [-] primary
 *   primary    = number | "column" | function(sum, …) | (comparison) | CASE …
 */
import type { GraphBuilder, Value } from './graph.ts';
import { addSine } from './sine.ts';

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?)|"((?:[^"]|"")*)"|([a-z_]\w*)|(>=|<=|[-+*/=<>(),]))/giy;

interface Token {
  readonly kind: 'number' | 'column' | 'word' | 'symbol';
  readonly text: string;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '=': 'Equal',
  '>': 'Greater',
  '>=': 'GreaterOrEqual',
  '<': 'Less',
  '<=': 'LessOrEqual',
};
const SUMS: Readonly<Record<string, string>> = { '+': 'Add', '-': 'Sub' };
const PRODUCTS: Readonly<Record<string, string>> = { '*': 'Mul', '/': 'Div' };

/**
 * @param columnOf - The value of a column: double, shape (n, 1).
 * @throws Error for what is not of the dialect above.
 */
export function addExpression(
  graph: GraphBuilder,
  sql: string,
  columnOf: (name: string) => Value,
): Value {
  const tokens = tokenize(sql);
  let at = 0;
  const missing = graph.double(NaN);

  const peek = (text: string): boolean =>
    tokens[at] !== undefined &&
    tokens[at].kind !== 'column' &&
    tokens[at].text.toUpperCase() === text;
  const take = (text: string): boolean => {
    const isThere = peek(text);
    if (isThere) at++;
    return isThere;
  };
  const expect = (text: string): void => {
    if (!take(text)) throw new Error(`${text} expected in ${sql}; got ${tokens[at]?.text}`);
  };
  const takeAny = (operators: Readonly<Record<string, string>>): string | undefined =>
    tokens[at]?.kind === 'symbol' && tokens[at].text in operators
      ? operators[tokens[at++].text]
      : undefined;

  function comparison(): Value {
    const left = sum();
    const op = takeAny(COMPARISONS);
    if (op !== undefined) return graph.add(op, [left, sum()]);
    if (!take('IS')) return left;
    expect('NOT');
    expect('NULL');
    return graph.add('Not', [graph.add('IsNaN', [left])]);
  }

  function chain(part: () => Value, operators: Readonly<Record<string, string>>): Value {
    let left = part();
    for (let op = takeAny(operators); op !== undefined; op = takeAny(operators)) {
      left = graph.add(op, [left, part()]);
    }
    return left;
  }
  const sum = (): Value => chain(product, SUMS);
  const product = (): Value => chain(unary, PRODUCTS);
  const unary = (): Value => (take('-') ? graph.add('Neg', [primary()]) : primary());

  function primary(): Value {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`an end before ${sql} is complete`);
    if (token.kind === 'number') return graph.double(Number(token.text));
    if (token.kind === 'column') return columnOf(token.text);
    if (token.text === '(') {
      const inner = comparison();
      expect(')');
      return inner;
    }
    if (token.text.toUpperCase() === 'CASE') return cases();
    if (token.kind === 'word' && take('(')) return call(token.text.toLowerCase());
    throw new Error(`an unknown ${token.text} in ${sql}`);
  }

  function cases(): Value {
    const subject = peek('WHEN') ? null : sum();
    const branches: { condition: Value; value: Value }[] = [];
    while (take('WHEN')) {
      const condition = subject === null ? comparison() : graph.add('Equal', [subject, sum()]);
      expect('THEN');
      branches.push({ condition, value: sum() });
    }
    const otherwise = take('ELSE') ? sum() : missing;
    expect('END');
    return branches.reduceRight(
      (rest, { condition, value }) => graph.add('Where', [condition, value, rest]),
      otherwise,
    );
  }

  function call(name: string): Value {
    const operands: Value[] = [];
    while (!take(')')) {
      operands.push(comparison());
      if (!peek(')')) expect(',');
    }
    const compute = FUNCTIONS[name];
    if (compute === undefined) throw new Error(`an unknown function ${name} in ${sql}`);
    return compute(graph, operands);
  }

  const value = comparison();
  if (at < tokens.length) throw new Error(`an unexpected ${tokens[at].text} in ${sql}`);
  return value;
}

type Compute = (graph: GraphBuilder, operands: readonly Value[]) => Value;

const FUNCTIONS: Readonly<Record<string, Compute>> = {
  sqrt: (graph, [a]) => graph.add('Sqrt', [a]),
  ln: (graph, [a]) => graph.add('Log', [a]),
  sin: (graph, [a]) => addSine(graph, a, 0),
  cos: (graph, [a]) => addSine(graph, a, 1),
  pi: (graph) => graph.double(Math.PI),
  radians: (graph, [a]) => graph.add('Mul', [a, graph.double(Math.PI / 180)]),
  nullif: (graph, [a, b]) => graph.add('Where', [graph.add('Equal', [a, b]), graph.double(NaN), a]),
  // what is finite times 0 is 0; NaN and infinity are NaN
  isfinite: (graph, [a]) =>
    graph.add('Equal', [graph.add('Mul', [a, graph.double(0)]), graph.double(0)]),
};

function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(sql);
    if (match === null) throw new Error(`an unknown ${sql.slice(start, start + 10)} in ${sql}`);
    const [, number, column, word, symbol] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (column !== undefined)
      tokens.push({ kind: 'column', text: column.replaceAll('""', '"') });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}
