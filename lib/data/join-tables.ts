/** The tables that `join` names: paths, patterns, or lists of them. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import type { JoinParams } from '../joining/declarations.ts';
import { joinSelect } from '../joining/join.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { assertSameColumns, openTable, openTables, writeTables } from './tables.ts';

/**
 * Writes every table of `in` with the columns that the parameters declare.
 *
 * @param paths.tables - What the paths of the tables to join with are below; null: they stand as they are.
 * @returns One line for people, and the rows of each table.
 * @throws StageError E_DATA as openTables, openJoinTables and joinSelect do.
 */
export async function joinFiles(
  database: FileDatabase,
  paths: { readonly in: string; readonly tables: string | null; readonly out: string },
  params: JoinParams,
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  const bases = await openTables(database, paths.in);
  const tables = await openJoinTables(database, params.tables, paths.tables);
  const selects = new Map<string, string>();
  for (const [name, base] of bases.relations) {
    selects.set(name, await joinSelect(database, base, tables, params, `joined_${name}`));
  }
  const nRows = await writeTables(database, bases, paths.out, (_, name) => selects.get(name)!);
  const nAdded = params.columns.length;
  const message = `${nAdded} ${nAdded === 1 ? 'column' : 'columns'} added`;
  return { message, n_added: nAdded, n_rows: nRows };
}

/**
 * @param folder - What the paths are below; null: they stand as they are.
 * @throws StageError E_DATA where a file is missing or no table, or the files of one table differ in their columns.
 */
async function openJoinTables(
  database: FileDatabase,
  tables: Readonly<Record<string, string | readonly string[]>>,
  folder: string | null,
): Promise<Map<string, Relation[]>> {
  const opened = new Map<string, Relation[]>();
  for (const [name, paths] of Object.entries(tables)) {
    const files = [paths].flat().flatMap((path) => listFiles(join(folder ?? '', path), name));
    const parts: Relation[] = [];
    for (const [p, file] of files.entries()) {
      parts.push(await openTable(database, file, `join_${name}_${p}`));
      assertSameColumns(parts[0], parts[p]);
    }
    opened.set(name, parts);
  }
  return opened;
}

/** Files of a pattern in the order of their names. */
function listFiles(path: string, name: string): string[] {
  if (!/[*?[{]/.test(path)) return [path];
  const files = globSync(path).toSorted();
  if (files.length > 0) return files;
  throw new StageError('E_DATA', `join.tables.${name} must name files; got none for ${path}`);
}
