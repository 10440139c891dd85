/**
 * Holds a table against a data contract. Every expectation gets a result; those about rows are counted in
 * one aggregate over the table. Pure: the table and the engine are arguments.
 */
import { StageError } from '../errors.ts';
import { literal } from '../sql.ts';
import type { Database, Relation, Row } from '../sql.ts';
import type { Contract, Expectation } from './contract.ts';
import { describeExpectation } from './describe.ts';
import { judge, summarize } from './result.ts';
import type { Example, ExpectationResult, Validation } from './result.ts';
import { equals, nameColumns, projection, toRowCheck } from './row-checks.ts';
import type { Projected, RowCheck } from './row-checks.ts';
import { checkTable } from './table-checks.ts';
import type { MalformedLine } from './table-checks.ts';

interface Options {
  /** Rows shown of one expectation, at least 0. */
  readonly maxExamples: number;
  /** The lines that the last pass over the table left out. */
  readonly readMalformedLines: () => Promise<readonly MalformedLine[]>;
}

type Outcome = Omit<
  ExpectationResult,
  'expectation' | 'columns' | 'must' | 'mostly' | 'contract_line'
>;
/** Rows by the condition that they meet. */
type Counts = ReadonlyMap<string, number>;

const EVERY_ROW = 'TRUE';
/** An example holds at most so many characters of a cell. */
const MAX_VALUE_LENGTH = 80;

/**
 * @param relation - Cells as texts, or of the types that the file has them in.
 * @returns Results about the table as a whole, then those of the contract in its order. An expectation
 *   about a column that is not there is skipped. A second pass, for the examples, is made only where
 *   something is not as expected.
 * @throws StageError E_DATA when a regular expression of the contract is none.
 */
export async function validate(
  database: Database,
  relation: Relation,
  contract: Contract,
  { maxExamples, readMalformedLines }: Options,
): Promise<Validation> {
  const projected = nameColumns(contract.columns, relation.columns);
  const isPresent = ({ columns }: Expectation): boolean => columns.every((c) => projected.has(c));
  const present = contract.expectations.filter(isPresent);
  await assertRegexes(database, contract);
  const checks = toRowChecks(present, projected);
  const counts = await countRows(database, relation, projected, [
    EVERY_ROW,
    ...[...checks.values()].flatMap(({ missing, unexpected }) => [missing, unexpected]),
    ...present.flatMap((expectation) => [...toClasses(expectation, projected).values()]),
  ]);
  const nRows = counts.get(EVERY_ROW)!;
  const malformed = (await readMalformedLines()).toSorted((a, b) => a.line - b.line);
  const violated = [...checks.values()].filter(({ unexpected }) => counts.get(unexpected)! > 0);
  const examples = await findExamples(database, relation, projected, violated, maxExamples);

  const outcomeOf = async (expectation: Expectation): Promise<Outcome> => {
    if (!isPresent(expectation)) return skipped(expectation, projected);
    if (expectation.expectation === 'rows_per_value') {
      return judgeClasses(toClasses(expectation, projected), counts, expectation.min);
    }
    if (expectation.expectation === 'unique') {
      return await judgeUnique(database, relation, projected, expectation, maxExamples);
    }
    const { missing, unexpected } = checks.get(expectation)!;
    const verdict = judge(nRows, counts.get(missing)!, counts.get(unexpected)!, expectation.mostly);
    return { ...verdict, examples: examples.get(unexpected) ?? [] };
  };

  const results = checkTable(relation, contract, nRows, malformed, maxExamples);
  for (const expectation of contract.expectations) {
    const { examples: found, ...outcome } = await outcomeOf(expectation);
    results.push({
      expectation: expectation.expectation,
      columns: expectation.columns,
      must: describeExpectation(expectation, contract),
      mostly: expectation.mostly,
      ...outcome,
      examples: found.map((example) => ({ ...example, line: toFileLine(example.line, malformed) })),
      contract_line: expectation.line,
    });
  }
  const nColumns = relation.columns.length;
  const facts = { data: relation.source, contract: contract.source };
  return summarize({ ...facts, n_rows: nRows, n_columns: nColumns }, results);
}

async function assertRegexes(
  database: Database,
  { source, expectations }: Contract,
): Promise<void> {
  for (const expectation of expectations) {
    if (expectation.expectation !== 'matches') continue;
    const { columns, line, regex } = expectation;
    await database
      .query(`SELECT regexp_full_match('', ${literal(regex)})`)
      .catch((cause: Error) => {
        const problem = cause.message.replace(/^Invalid Input Error: /, '');
        throw new StageError(
          'E_DATA',
          `${source}:${line} columns.${columns[0]}.matches must be a regular expression; got ${problem}`,
          { hint: 'it is read by RE2, which has no look-around and no back-references', cause },
        );
      });
  }
}

function toRowChecks(
  expectations: readonly Expectation[],
  projected: Projected,
): Map<Expectation, RowCheck> {
  const checks = new Map<Expectation, RowCheck>();
  for (const expectation of expectations) {
    const name = expectation.expectation;
    if (name === 'unique' || name === 'rows_per_value') continue;
    checks.set(expectation, toRowCheck(expectation, projected));
  }
  return checks;
}

/** The condition of each value whose rows `expectation` wants counted. */
function toClasses(expectation: Expectation, projected: Projected): Map<string, string> {
  if (expectation.expectation !== 'rows_per_value') return new Map();
  const column = projected.get(expectation.columns[0])!;
  return new Map(expectation.values.map((value) => [String(value), equals(column, value)]));
}

async function countRows(
  database: Database,
  relation: Relation,
  projected: Projected,
  conditions: readonly string[],
): Promise<Counts> {
  const distinct = [...new Set(conditions)];
  const aggregates = distinct.map(
    (condition, i) => `count(*) FILTER (WHERE ${condition}) AS n_${i}`,
  );
  const [row] = await database.query(
    `SELECT ${aggregates.join(', ')} FROM (${project(relation, projected)})`,
  );
  return new Map(distinct.map((condition, i) => [condition, Number(row[`n_${i}`])]));
}

/** The first rows of each violated check, by its condition. */
async function findExamples(
  database: Database,
  relation: Relation,
  projected: Projected,
  violated: readonly RowCheck[],
  maxExamples: number,
): Promise<Map<string, Example[]>> {
  if (violated.length === 0 || maxExamples === 0) return new Map();
  const first = violated.map(
    ({ unexpected, value }, i) =>
      `to_json(min({'line': line, 'value': ${value}}, ${maxExamples}) FILTER (WHERE ${unexpected})) AS rows_${i}`,
  );
  const [row] = await database.query(
    `SELECT ${first.join(', ')} FROM (${project(relation, projected, LINE)})`,
  );
  return new Map(
    violated.map(({ unexpected }, i) => {
      const rows = JSON.parse(String(row[`rows_${i}`])) as { line: number; value: string | null }[];
      return [unexpected, rows.map(toExample)];
    }),
  );
}

/** Duplicates are all rows whose cells are those of another one; cells are compared as they are written. */
async function judgeUnique(
  database: Database,
  relation: Relation,
  projected: Projected,
  { columns, mostly }: Expectation,
  maxExamples: number,
): Promise<Outcome> {
  const cells = columns.map((column) => projected.get(column)!.cell);
  const isPresent = cells.map((cell) => `${cell} IS NOT NULL`).join(' AND ');
  const table = project(relation, projected, LINE);
  const [row] = await database.query(
    `SELECT coalesce(sum(n), 0) AS n_rows, coalesce(sum(n) FILTER (WHERE NOT is_present), 0) AS n_missing,
       coalesce(sum(n) FILTER (WHERE is_present AND n > 1), 0) AS n_twice
     FROM (SELECT count(*) AS n, ${isPresent} AS is_present FROM (${project(relation, projected)})
       GROUP BY ${cells.join(', ')})`,
  );
  const twice = Number(row.n_twice);
  const rows =
    twice === 0 || maxExamples === 0
      ? []
      : await database.query(
          `SELECT line, value FROM (SELECT line, ${cells.map((cell) => `CAST(${cell} AS VARCHAR)`).join(` || ', ' || `)} AS value,
             count(*) OVER (PARTITION BY ${cells.join(', ')}) AS n FROM (${table}) WHERE ${isPresent})
           WHERE n > 1 ORDER BY line LIMIT ${maxExamples}`,
        );
  return {
    ...judge(Number(row.n_rows), Number(row.n_missing), twice, mostly),
    examples: rows.map(toExample),
  };
}

function judgeClasses(classes: ReadonlyMap<string, string>, counts: Counts, min: number): Outcome {
  const nRows = [...classes].map(([value, condition]) => [value, counts.get(condition)!] as const);
  const rare = nRows.filter(([, n]) => n < min);
  return {
    ...judge(nRows.length, 0, rare.length, 1),
    observed_value: Object.fromEntries(nRows),
    examples: rare.map(([value, n]) => ({ line: null, value: `${value}: ${n} rows` })),
  };
}

function skipped({ columns }: Expectation, projected: Projected): Outcome {
  const absent = columns.filter((column) => !projected.has(column));
  return {
    ...{ ...judge(0, 0, 0, 1), success: null },
    reason: `the table has no column ${absent.join(', ')}`,
    examples: [],
  };
}

const LINE = 'row_number() OVER () + 1 AS line';

function project(relation: Relation, projected: Projected, ...more: readonly string[]): string {
  const items = [...more, ...projection(projected)];
  // a table without any column of the contract still has rows
  return `SELECT ${items.join(', ') || '1 AS nothing'} FROM ${relation.sql}`;
}

function toExample({ line, value }: Row | { line: number; value: string | null }): Example {
  return { line: Number(line), value: String(value ?? '').slice(0, MAX_VALUE_LENGTH) };
}

/** Counts the malformed lines before a row in, which the table does not hold. */
function toFileLine(line: number | null, malformed: readonly MalformedLine[]): number | null {
  if (line === null) return null;
  return malformed.reduce(
    (counted, { line: bad }) => (bad <= counted ? counted + 1 : counted),
    line,
  );
}
