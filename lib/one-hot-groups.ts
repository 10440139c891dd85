/** Columns that together are one category: of 0 and 1 alone, exactly one of them 1 in every row. */
import { identifier } from './sql.ts';
import type { Database, Relation } from './sql.ts';

export interface OneHotGroup {
  /** `Soil_Type` of Soil_Type1 to Soil_Type40. */
  readonly name: string;
  /** At least two, in table order. */
  readonly columns: readonly string[];
}

/**
 * Neighbours in the table whose names begin alike.
 *
 * @param binary - Columns that hold 0 and 1 alone, as numbers or as texts.
 */
export async function findOneHotGroups(
  database: Pick<Database, 'query'>,
  { sql, columns }: Relation,
  binary: readonly string[],
): Promise<OneHotGroup[]> {
  const isBinary = new Set(binary);
  const candidates: { name: string; columns: string[] }[] = [];
  let previous: string | null = null;
  for (const { name } of columns) {
    const prefix = isBinary.has(name) ? prefixOf(name) : null;
    if (prefix !== null && prefix === previous) candidates.at(-1)!.columns.push(name);
    else if (prefix !== null) candidates.push({ name: prefix, columns: [name] });
    previous = prefix;
  }
  const groups = candidates.filter((group) => group.columns.length > 1);
  if (groups.length === 0) return [];
  const others = groups.map(({ columns: names }, i) => {
    const sum = names.map((name) => `try_cast(${identifier(name)} AS INTEGER)`).join(' + ');
    return `count(*) FILTER (WHERE coalesce(${sum}, 0) <> 1) AS n_${i}`;
  });
  const [row] = await database.query(`SELECT ${others.join(', ')} FROM ${sql}`);
  return groups.filter((_, i) => row[`n_${i}`] === 0);
}

/** `Soil_Type` of Soil_Type12, `color` of color_red; null for a name without parts. */
function prefixOf(name: string): string | null {
  return /^(.+?)[_ .=-]?\d+$/.exec(name)?.[1] ?? /^(.+)[_ .=-].+$/.exec(name)?.[1] ?? null;
}
