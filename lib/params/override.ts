/**
 * Overrides of the command line, `key=value`, in the grammar of Hydra, which DVC's `-S` takes too.
 *
 * Left out on purpose: sweeps and functions (several values are several experiments), interpolations,
 * and packages of groups (`group@package`).
 * https://hydra.cc/docs/advanced/override_grammar/basic/
 */
export interface Override {
  /** As it was given. */
  readonly text: string;
  /** `set` an existing key, `add` a new one (+), `put` either (++), `delete` one (~). */
  readonly operation: 'set' | 'add' | 'put' | 'delete';
  /** Dotted for a parameter, with slashes for a group within a group. */
  readonly key: string;
  /** undefined for `~key`. */
  readonly value: unknown;
}

/** Completes "<text> must …". */
export interface OverrideProblem {
  readonly text: string;
  readonly problem: string;
}

const SHAPE = /^(\+\+|\+|~)?([^=]*)(?:=(.*))?$/s;
const KEY =
  /^[A-Za-z_$][\w$-]*(?:\.(?:[A-Za-z_$][\w$-]*|0|[1-9]\d*))*$|^[A-Za-z_][\w-]*(?:\/[A-Za-z_][\w-]*)+$/;
const OPERATIONS = { '': 'set', '+': 'add', '++': 'put', '~': 'delete' } as const;

export function parseOverride(text: string): Override | OverrideProblem {
  const [, sign = '', key, value] = SHAPE.exec(text)!;
  const operation = OPERATIONS[sign as keyof typeof OPERATIONS];
  if (!KEY.test(key) || (value === undefined && operation !== 'delete')) {
    return { text, problem: 'be group=option, key=value, +key=value, ++key=value or ~key' };
  }
  if (operation === 'delete' && value !== undefined) return { text, problem: `be ~${key}` };
  try {
    return { text, operation, key, value: value === undefined ? undefined : parseValue(value) };
  } catch (error) {
    if (error instanceof Unreadable) return { text, problem: error.message };
    throw error;
  }
}

class Unreadable extends Error {}

const INTEGER = /^[+-]?(?:0|[1-9](?:_?\d)*)$/;
const WHOLE = String.raw`(?:0|[1-9](?:_?\d)*)`;
const POINT = String.raw`(?:${WHOLE}\.|${WHOLE}?\.\d(?:_?\d)*)`;
const FLOAT = new RegExp(
  String.raw`^[+-]?(?:${POINT}|(?:${WHOLE}|${POINT})e[+-]?\d(?:_?\d)*)$`,
  'i',
);
const NOT_FINITE = /^([+-]?)(?:(inf)|nan)$/i;
/** What may stand in a text without quotes, beside letters and digits. */
const PLAIN = /[A-Za-z0-9_/\-\\+.$%*@?|: \t]/;
const ESCAPABLE = '\\()[]{}:=, \t';

function parseValue(text: string): unknown {
  if (text.trim() === '') return '';
  let at = 0;
  const skipSpace = (): void => {
    while (text[at] === ' ' || text[at] === '\t') at++;
  };
  const refuse = (): never => {
    const rest = text.slice(at);
    const got = rest === '' ? 'an early end' : rest.length > 20 ? `${rest.slice(0, 20)}…` : rest;
    throw new Unreadable(
      `have a value of letters, numbers, [a,b], {a:b} or "quoted text"; got ${got}`,
    );
  };

  /** Elements between brackets; `one` reads an element. */
  function readAll(close: string, one: () => void): void {
    at++;
    skipSpace();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      one();
      skipSpace();
      const next = text[at++];
      if (next === close) return;
      if (next !== ',') {
        at--;
        refuse();
      }
    }
  }

  function readElement(): unknown {
    skipSpace();
    if (text[at] === '[') {
      const list: unknown[] = [];
      readAll(']', () => list.push(readElement()));
      return list;
    }
    if (text[at] === '{') {
      const map: [string, unknown][] = [];
      readAll('}', () => {
        skipSpace();
        const key = String(readPlain(/[^:]/));
        if (text[at++] !== ':') {
          at--;
          refuse();
        }
        map.push([key, readElement()]);
      });
      return Object.fromEntries(map);
    }
    return text[at] === '"' || text[at] === "'" ? readQuoted() : readPlain(PLAIN);
  }

  /** A backslash counts only before a quote and before the end. */
  function readQuoted(): string {
    const quote = text[at];
    const [whole = ''] =
      new RegExp(String.raw`^${quote}(?:\\.|[^\\${quote}])*${quote}`, 's').exec(text.slice(at)) ??
      [];
    if (whole === '') refuse();
    at += whole.length;
    return whole
      .slice(1, -1)
      .replace(new RegExp(String.raw`(\\+)(${quote}|$)`, 'g'), (_, run: string, after: string) => {
        return '\\'.repeat(run.length >> 1) + after;
      });
  }

  function readPlain(allowed: RegExp): unknown {
    let word = '';
    let isEscaped = false;
    let end = 0; // of the word without the blanks behind it
    while (at < text.length) {
      const next = text[at + 1] ?? '';
      if (text[at] === '\\' && next !== '' && ESCAPABLE.includes(next)) {
        word += next;
        isEscaped = true;
        end = word.length;
        at += 2;
      } else if (PLAIN.test(text[at]) && allowed.test(text[at])) {
        word += text[at];
        if (text[at] !== ' ' && text[at] !== '\t') end = word.length;
        at++;
      } else break;
    }
    if (end === 0) refuse();
    return isEscaped ? word.slice(0, end) : toPrimitive(word.slice(0, end));
  }

  const value = readElement();
  if (text.slice(at).trimStart().startsWith(',')) {
    throw new Unreadable(
      'have one value; several make a sweep, which dvc exp run --queue -S runs one after another',
    );
  }
  if (at < text.length) refuse();
  return value;
}

function toPrimitive(word: string): unknown {
  const lower = word.toLowerCase();
  if (lower === 'null') return null;
  if (lower === 'true' || lower === 'false') return lower === 'true';
  if (INTEGER.test(word) || FLOAT.test(word)) return Number(word.replaceAll('_', ''));
  const [, sign, infinite] = NOT_FINITE.exec(word) ?? [];
  if (sign === undefined) return word;
  return infinite === undefined ? NaN : sign === '-' ? -Infinity : Infinity;
}
