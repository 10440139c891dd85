/** What came of an expectation, in the words of Great Expectations. */

/** Something that is not as expected. */
export interface Example {
  /**
   * Line of the CSV file, where no cell holds a line break: 2 for the first row, and the same number in a
   * Parquet file. Null for what concerns no single row.
   */
  readonly line: number | null;
  readonly value: string;
}

/** `element_count` = expected + unexpected + missing. */
export interface ExpectationResult {
  readonly expectation: string;
  readonly columns: readonly string[];
  /** Completes "<columns> must". */
  readonly must: string;
  readonly mostly: number;
  /** Null when it was skipped; `reason` says why. */
  readonly success: boolean | null;
  readonly reason?: string;
  readonly element_count: number;
  readonly missing_count: number;
  readonly unexpected_count: number;
  /** Of the elements that are not missing, in [0, 100]; 0 where all are. */
  readonly unexpected_percent: number;
  /** What the table has, for what concerns no single row. */
  readonly observed_value?: unknown;
  readonly examples: readonly Example[];
  /** Null for what the contract has no line of. */
  readonly contract_line: number | null;
}

export interface Validation {
  /** Whether no expectation failed. */
  readonly success: boolean;
  readonly data: string;
  readonly contract: string;
  readonly n_rows: number;
  readonly n_columns: number;
  readonly statistics: {
    readonly evaluated_expectations: number;
    readonly successful_expectations: number;
    readonly unsuccessful_expectations: number;
    readonly skipped_expectations: number;
  };
  readonly results: readonly ExpectationResult[];
}

type Judgement = Pick<
  ExpectationResult,
  'success' | 'element_count' | 'missing_count' | 'unexpected_count' | 'unexpected_percent'
>;

/** The verdict over counts: enough of what is not missing is as expected, or nothing is there. */
export function judge(
  nElements: number,
  nMissing: number,
  nUnexpected: number,
  mostly: number,
): Judgement {
  const nPresent = nElements - nMissing;
  return {
    success: nPresent === 0 || (nPresent - nUnexpected) / nPresent >= mostly,
    element_count: nElements,
    missing_count: nMissing,
    unexpected_count: nUnexpected,
    unexpected_percent: nPresent === 0 ? 0 : (100 * nUnexpected) / nPresent,
  };
}

export function summarize(
  facts: Pick<Validation, 'data' | 'contract' | 'n_rows' | 'n_columns'>,
  results: readonly ExpectationResult[],
): Validation {
  const count = (success: boolean | null): number =>
    results.filter((result) => result.success === success).length;
  return {
    success: count(false) === 0,
    ...facts,
    statistics: {
      evaluated_expectations: results.length - count(null),
      successful_expectations: count(true),
      unsuccessful_expectations: count(false),
      skipped_expectations: count(null),
    },
    results,
  };
}
