/** What a CSV file that DuckDB opens may still have wrong. */
import { StageError } from '../errors.ts';
import { identifier, literal, ROW_HINT } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';

/** Rows of uneven length hide the delimiter: the file is then read as one column of whole lines. */
export async function assertEvenRows(
  database: Database,
  { sql, columns, source }: Relation,
): Promise<void> {
  const [{ name }] = columns;
  const delimiter = columns.length > 1 ? undefined : /[,;\t|]/.exec(name)?.[0];
  if (delimiter === undefined) return;
  const nCells = name.split(delimiter).length;
  const cells = `len(string_split(${identifier(name)}, ${literal(delimiter)}))`;
  const [row] = await database.query(
    `SELECT line, cells FROM (SELECT row_number() OVER () + 1 AS line, ${cells} AS cells FROM ${sql})
     WHERE cells <> ${nCells} ORDER BY line LIMIT 1`,
  );
  throw new StageError(
    'E_DATA',
    `${source}:${row?.line ?? 1} must have ${nCells} cells, as the header has; got ${row?.cells ?? 1}`,
    { hint: 'a cell that holds the delimiter stands in double quotes' },
  );
}

/** A column of numbers with a few texts in it is read as text; that is a mistake in the data. */
export async function assertNoStrayText(
  database: Database,
  { sql, columns, source }: Relation,
  texts: readonly string[],
): Promise<void> {
  const mayBeNumbers = columns.filter(({ name, kind }) => kind === 'text' && !texts.includes(name));
  for (const { name } of mayBeNumbers) {
    const column = identifier(name);
    const isStray = `(${column} IS NOT NULL AND try_cast(${column} AS DOUBLE) IS NULL)`;
    const [row] = await database.query(
      `SELECT count(*) FILTER (${isStray}) AS stray, count(${column}) AS n FROM ${sql}`,
    );
    if (Number(row.stray) === 0 || Number(row.stray) * 2 > Number(row.n)) continue;
    const [first] = await database.query(
      `SELECT row, value FROM (SELECT row_number() OVER () AS row, ${column} AS value, ${isStray} AS stray
       FROM ${sql}) WHERE stray ORDER BY row LIMIT 1`,
    );
    throw new StageError(
      'E_DATA',
      `${source} column ${name} must be a number; got ${JSON.stringify(first.value)} in row ${first.row} (${row.stray} of ${row.n} rows are texts)`,
      {
        hint: `mend these rows, or write an empty cell for a missing value; ${ROW_HINT}`,
      },
    );
  }
}
