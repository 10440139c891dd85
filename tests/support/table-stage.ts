import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDatabase } from '../../lib/data/database.ts';
import { copyStatement } from '../../lib/data/tables.ts';
import { literal } from '../../lib/sql.ts';
import type { Row } from '../../lib/sql.ts';
import { runStageHere } from './stage-here.ts';

const ENGINE = { threads: 2, memoryMb: 256 };

/** Writes the rows of each query to `<folder>/<name>.<ending>`. */
export async function writeTables(
  folder: string,
  queries: Readonly<Record<string, string>>,
  ending = 'parquet',
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await withDatabase(ENGINE, async (database) => {
    await database.copy(
      Object.entries(queries).map(([name, query]) =>
        copyStatement(query, join(folder, `${name}.${ending}`)),
      ),
    );
  });
}

/** The rows of a table file, in order. */
export async function readTable(file: string): Promise<Row[]> {
  return await withDatabase(
    ENGINE,
    async (database) => await database.query(`FROM ${literal(file)}`),
  );
}

export function readJson(...path: readonly string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;
}

/** Exit code and first line of what a stage refuses. */
export async function refusalOf(
  stage: string,
  args: readonly string[],
  folder: string,
): Promise<string> {
  const { code, stderr } = await runStageHere(stage, args, folder);
  return `${code} ${stderr.split('\n').find((line) => line.startsWith('error')) ?? stderr}`;
}
