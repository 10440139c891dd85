/**
 * Expressions of the small SQL dialect of the features, read for those who compute them without a database.
 *
 * The operators stand in the order of the expression, so that sums round as they do in SQL.
 *
 *   comparison = sum [(= | > | >= | < | <=) sum | IS NOT NULL]
 *   sum        = product {(+ | -) product}
 *   product    = unary {(* | /) unary}
 *   unary      = [-] primary
 *   primary    = number | "column" | function(sum, …) | (comparison) | CASE …
 */

export type Operator =
  | '='
  | '>'
  | '>='
  | '<'
  | '<='
  | '+'
  | '-'
  | '*'
  | '/'
  | 'negate'
  | 'is not null'
  /** Of a condition, what it is where that is true, what it is elsewhere. */
  | 'choose'
  | FunctionName;

const FUNCTION_NAMES = ['sqrt', 'ln', 'sin', 'cos', 'radians', 'nullif', 'isfinite'] as const;
type FunctionName = (typeof FUNCTION_NAMES)[number];

/** What an expression is written in: values, and operators that make further ones. */
export interface Algebra<V> {
  /** NULL. */
  readonly missing: V;
  number(value: number): V;
  column(name: string): V;
  apply(operator: Operator, operands: readonly V[]): V;
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?)|"((?:[^"]|"")*)"|([a-z_]\w*)|(>=|<=|[-+*/=<>(),]))/giy;

interface Token {
  readonly kind: 'number' | 'column' | 'word' | 'symbol';
  readonly text: string;
}

const COMPARISONS: readonly Operator[] = ['=', '>', '>=', '<', '<='];
const SUMS: readonly Operator[] = ['+', '-'];
const PRODUCTS: readonly Operator[] = ['*', '/'];

/** @throws Error for what is not of the dialect above. */
export function readExpression<V>(sql: string, algebra: Algebra<V>): V {
  const tokens = tokenize(sql);
  let at = 0;

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
  const takeAny = (operators: readonly Operator[]): Operator | undefined =>
    tokens[at]?.kind === 'symbol' && operators.includes(tokens[at].text as Operator)
      ? (tokens[at++].text as Operator)
      : undefined;

  function comparison(): V {
    const left = sum();
    const operator = takeAny(COMPARISONS);
    if (operator !== undefined) return algebra.apply(operator, [left, sum()]);
    if (!take('IS')) return left;
    expect('NOT');
    expect('NULL');
    return algebra.apply('is not null', [left]);
  }

  function chain(part: () => V, operators: readonly Operator[]): V {
    let left = part();
    for (let next = takeAny(operators); next !== undefined; next = takeAny(operators)) {
      left = algebra.apply(next, [left, part()]);
    }
    return left;
  }
  const sum = (): V => chain(product, SUMS);
  const product = (): V => chain(unary, PRODUCTS);
  const unary = (): V => (take('-') ? algebra.apply('negate', [primary()]) : primary());

  function primary(): V {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`an end before ${sql} is complete`);
    if (token.kind === 'number') return algebra.number(Number(token.text));
    if (token.kind === 'column') return algebra.column(token.text);
    if (token.text === '(') {
      const inner = comparison();
      expect(')');
      return inner;
    }
    if (token.text.toUpperCase() === 'CASE') return cases();
    if (token.kind === 'word' && take('(')) return call(token.text.toLowerCase());
    throw new Error(`an unknown ${token.text} in ${sql}`);
  }

  function cases(): V {
    const subject = peek('WHEN') ? null : sum();
    const branches: { condition: V; value: V }[] = [];
    while (take('WHEN')) {
      const condition = subject === null ? comparison() : algebra.apply('=', [subject, sum()]);
      expect('THEN');
      branches.push({ condition, value: sum() });
    }
    const otherwise = take('ELSE') ? sum() : algebra.missing;
    expect('END');
    return branches.reduceRight(
      (rest, { condition, value }) => algebra.apply('choose', [condition, value, rest]),
      otherwise,
    );
  }

  function call(name: string): V {
    const operands: V[] = [];
    while (!take(')')) {
      operands.push(comparison());
      if (!peek(')')) expect(',');
    }
    if (name === 'pi') return algebra.number(Math.PI);
    const known = FUNCTION_NAMES.find((candidate) => candidate === name);
    if (known === undefined) throw new Error(`an unknown function ${name} in ${sql}`);
    return algebra.apply(known, operands);
  }

  const value = comparison();
  if (at < tokens.length) throw new Error(`an unexpected ${tokens[at].text} in ${sql}`);
  return value;
}

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
