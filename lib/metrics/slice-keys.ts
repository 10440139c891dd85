/** Which slice each row of a table belongs to, as SQL: the rows stay where they are. */
import { matchesPattern } from '../column-names.ts';
import { StageError } from '../errors.ts';
import type { Distribution } from '../preprocessing/distribution.ts';
import { assertColumns, countRows, double, identifier, literal } from '../sql.ts';
import type { Database, Relation, Value } from '../sql.ts';
import { readCodes } from '../tensors/read-codes.ts';
import type { TableEngine } from '../tensors/row-blocks.ts';
import type { SliceDeclaration } from './slice-params.ts';
import type { SliceKeys } from './slices.ts';

/** A way to divide the rows. */
interface Slicing {
  /** The column, or the pattern of its columns. */
  readonly by: string;
  /** Names of the slices; some may hold no row. */
  readonly names: readonly string[];
  /** INTEGER expression of the index in `names` of a row, never NULL. */
  readonly sql: string;
}

/** More slices than that are a list of rows, and none of them holds enough. */
const MAX_VALUES = 50;
/** Of rows without a value. */
const MISSING = 'missing';

/**
 * The slice of each row, one list for each declaration.
 *
 * @param distribution - Of the training rows, whose deciles bound the bands.
 * @throws StageError E_DATA when a column is missing, E_PARAMS when it has more than 50 values and no bins,
 *   or bins and no deciles.
 */
export async function readSliceKeys(
  engine: TableEngine,
  relation: Relation,
  declarations: readonly SliceDeclaration[],
  distribution: Distribution,
): Promise<SliceKeys[]> {
  const slicings = await resolveSlices(engine, relation, declarations, distribution);
  const expressions = slicings.map(({ sql }) => sql);
  const codes = await readCodes(engine, relation, expressions, await countRows(engine, relation));
  return slicings.map(({ by, names }, i) => ({ by, names, keys: codes[i] }));
}

async function resolveSlices(
  database: Database,
  relation: Relation,
  declarations: readonly SliceDeclaration[],
  distribution: Distribution,
): Promise<Slicing[]> {
  const slicings: Slicing[] = [];
  for (const declaration of declarations) {
    if ('one_hot' in declaration) {
      slicings.push(sliceOneHot(relation, declaration.one_hot));
      continue;
    }
    const { column, bins } = declaration;
    assertColumns(relation, [column]);
    slicings.push(
      bins === undefined
        ? await sliceValues(database, relation, column)
        : sliceBands(column, bins, distribution),
    );
  }
  return slicings;
}

async function sliceValues(
  database: Database,
  relation: Relation,
  column: string,
): Promise<Slicing> {
  const name = identifier(column);
  const rows = await database.query(
    `SELECT DISTINCT ${name} AS value, ${name}::VARCHAR AS text FROM ${relation.sql}
     WHERE ${name} IS NOT NULL ORDER BY ${name} LIMIT ${MAX_VALUES + 1}`,
  );
  if (rows.length > MAX_VALUES) {
    refuse(column, `have at most ${MAX_VALUES} values; got more`, 'give a numeric column bins');
  }
  const texts = rows.map(({ text }: Record<string, Value>) => String(text));
  const list = texts.map(literal).join(', ');
  return {
    by: column,
    names: [...texts, MISSING],
    sql: `coalesce(list_position([${list}]::VARCHAR[], ${name}::VARCHAR), ${texts.length + 1})::INTEGER - 1`,
  };
}

function sliceBands(column: string, nBands: number, distribution: Distribution): Slicing {
  const facts = distribution.columns[column];
  const deciles = facts?.kind === 'number' ? facts.deciles : null;
  if (deciles === null) {
    const got = facts?.kind ?? 'another one';
    return refuse(column, `be a numeric column of the model; got ${got}`, 'leave bins out');
  }
  const step = (deciles.length + 1) / nBands;
  const chosen = Array.from({ length: nBands - 1 }, (_, i) => deciles[(i + 1) * step - 1]);
  // a value that fills more than one band is the end of one only
  const edges = [...new Set(chosen)];
  const ends = ['-inf', ...edges, 'inf'];
  const x = `${identifier(column)}::DOUBLE`;
  const above = edges.map((edge) => `(${x} > ${double(edge)})::INTEGER`).join(' + ');
  return {
    by: column,
    names: [
      ...ends.slice(1).map((end, i) => `(${ends[i]}, ${end}${end === 'inf' ? ')' : ']'}`),
      MISSING,
    ],
    sql: `CASE WHEN isfinite(${x}) THEN ${above} ELSE ${edges.length + 1} END`,
  };
}

function sliceOneHot({ columns, source }: Relation, pattern: string): Slicing {
  const group = columns.filter(
    ({ name, kind }) => kind === 'number' && matchesPattern(pattern, name),
  );
  if (group.length < 2) {
    throw new StageError(
      'E_DATA',
      `${source} must have at least two numeric columns ${pattern}; got ${group.length}`,
      { hint: 'evaluate.slices names them; a * stands for any text' },
    );
  }
  const isSet = group.map(({ name }) => `coalesce(${identifier(name)}::DOUBLE = 1, false)`);
  const n = group.length;
  const cases = isSet.map((condition, i) => `WHEN ${condition} THEN ${i}`).join(' ');
  const nSet = isSet.map((condition) => `${condition}::INTEGER`).join(' + ');
  return {
    by: pattern,
    names: [...group.map(({ name }) => name), 'none', 'several'],
    sql: `CASE WHEN ${nSet} > 1 THEN ${n + 1} ${cases} ELSE ${n} END`,
  };
}

function refuse(column: string, mustAndGot: string, hint: string): never {
  throw new StageError('E_PARAMS', `evaluate.slices: ${column} must ${mustAndGot}`, {
    hint: `${hint}, or take the column out of evaluate.slices`,
  });
}
