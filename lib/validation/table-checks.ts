/** Expectations about the table as a whole: its rows, its columns, their order. */
import type { Relation } from '../sql.ts';
import { didYouMean } from '../suggest.ts';
import type { Contract } from './contract.ts';
import { describeRange } from './describe.ts';
import { judge } from './result.ts';
import type { Example, ExpectationResult } from './result.ts';

/** A line that the reader could not take for a row. */
export interface MalformedLine {
  readonly line: number;
  readonly problem: string;
}

export function checkTable(
  { columns }: Relation,
  contract: Contract,
  nRows: number,
  malformed: readonly MalformedLine[],
  maxExamples: number,
): ExpectationResult[] {
  const { rows, unknownColumns, columnOrder } = contract;
  const found = columns.map(({ name }) => name);
  const known = contract.columns.map(({ name }) => name);
  const required = contract.columns.filter(({ isRequired }) => isRequired);
  const absent = required.map(({ name }) => name).filter((name) => !found.includes(name));
  const extra = found.filter((name) => !known.includes(name));
  const expectedOrder = known.filter((name) => found.includes(name));
  const order = found.filter((name) => known.includes(name));
  const displaced = order.filter((name, i) => name !== expectedOrder[i]);

  const result = (
    expectation: string,
    must: string,
    nElements: number,
    unexpected: readonly Example[],
    observed?: unknown,
  ): ExpectationResult => ({
    expectation,
    columns: [],
    must,
    mostly: 1,
    ...judge(nElements, 0, unexpected.length, 1),
    ...(observed === undefined ? {} : { observed_value: observed }),
    examples: unexpected.slice(0, maxExamples),
    contract_line: expectation === 'row_count' ? rows.line : null,
  });
  const toExamples = (names: readonly string[]): Example[] =>
    names.map((name) => ({ line: null, value: name }));

  const isTooShort = rows.min !== null && nRows < rows.min;
  const isTooLong = rows.max !== null && nRows > rows.max;
  const hasRange = rows.min !== null || rows.max !== null;
  return [
    result(
      'well_formed_lines',
      'have as many cells as the header, in UTF-8',
      nRows + malformed.length,
      malformed.map(({ line, problem }) => ({ line, value: problem })),
    ),
    ...(hasRange
      ? [
          result(
            'row_count',
            `be ${describeRange(rows)}`,
            1,
            isTooShort || isTooLong ? [{ line: null, value: String(nRows) }] : [],
            nRows,
          ),
        ]
      : []),
    result(
      'columns_present',
      'be in the table',
      required.length,
      absent.map((name) => ({ line: null, value: `${name}${didYouMean(name, extra)}` })),
    ),
    ...(unknownColumns === 'refuse'
      ? [result('columns_known', 'be in the contract', found.length, toExamples(extra))]
      : []),
    ...(columnOrder === 'exact'
      ? [result('column_order', 'stand as in the contract', order.length, toExamples(displaced))]
      : []),
  ];
}
