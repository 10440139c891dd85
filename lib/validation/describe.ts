/** Expectations and results as sentences. */
import { foldNames } from '../column-names.ts';
import type { Contract, Expectation, Range } from './contract.ts';
import type { ExpectationResult } from './result.ts';

const TYPES = {
  integer: 'an integer',
  number: 'a finite number',
  boolean: 'true or false',
  date: 'a date',
  timestamp: 'a point in time',
  text: 'a text',
};
const TABLE_SUBJECTS: Readonly<Record<string, string>> = {
  well_formed_lines: 'every line',
  row_count: 'the number of rows',
  columns_present: 'every column of the contract',
  columns_known: 'every column of the table',
  column_order: 'the columns',
};
/** Longer sets are cut in sentences; the contract has them whole. */
const MAX_VALUES = 10;

/** What completes "<columns> must": `be between 0 and 360`. */
export function describeExpectation(expectation: Expectation, contract: Contract): string {
  switch (expectation.expectation) {
    case 'type': {
      const column = contract.columns.find(({ name }) => name === expectation.columns[0])!;
      return `be ${TYPES[column.type]}`;
    }
    case 'not_null':
      return 'have a value';
    case 'between':
      return `be ${describeRange(expectation)}`;
    case 'length':
      return `have ${describeRange(expectation)} characters`;
    case 'in_set': {
      const shown = expectation.values.slice(0, MAX_VALUES).join(', ');
      const nMore = expectation.values.length - MAX_VALUES;
      return `be one of ${shown}${nMore > 0 ? ` and ${nMore} more` : ''}`;
    }
    case 'matches':
      return `match ${expectation.regex}`;
    case 'unique':
      return 'differ from row to row';
    case 'rows_per_value':
      return `have each value in at least ${expectation.min} rows`;
    case 'one_hot':
      return 'be 1 in exactly one column, and 0 in the others';
  }
}

/** `between 0 and 360`, `at least 0`, `at most 360`, `exactly 5`. */
export function describeRange({ min, max }: Range<number | string>): string {
  if (min === max) return `exactly ${min}`;
  if (min === null) return `at most ${max}`;
  return max === null ? `at least ${min}` : `between ${min} and ${max}`;
}

/** One line for a result that failed: `Aspect must be between 0 and 360; got 3 of 100 (3 %), line 7: "999"`. */
export function describeResult(result: ExpectationResult): string {
  const { must, unexpected_count: count, element_count: all, examples } = result;
  const [first] = examples;
  const where = first?.line == null ? '' : `line ${first.line}: `;
  const example = first === undefined ? '' : `, ${where}${JSON.stringify(first.value)}`;
  const share = `${count} of ${all} (${formatPercent(result.unexpected_percent)})`;
  return `${subjectOf(result)} must ${must}; got ${share}${example}`;
}

/** What a result is about, for people. */
export function subjectOf({ expectation, columns }: ExpectationResult): string {
  const names = foldNames(columns) ?? columns.join(', ');
  return columns.length > 0 ? names : TABLE_SUBJECTS[expectation];
}

/** Three digits, and never 0 for what is not 0: `0.00017 %`. */
export function formatPercent(percent: number): string {
  return `${Number(percent.toPrecision(3))} %`;
}
