/** A bundle made ready to answer requests: the same bits as `predict`, which is checked where it runs. */
import { existsSync } from 'node:fs';
import { withDatabase } from '../data/database.ts';
import { hashFile } from '../data/hash-files.ts';
import { StageError } from '../errors.ts';
import { countOutputs, readBundle } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { Machine } from '../models/model.ts';
import { goldenRows, openRowScorer } from '../models/row-scorer.ts';
import type { RowScorer } from '../models/row-scorer.ts';
import { goldenRelation } from '../models/scorer.ts';
import { loadLibm } from '../preprocessing/libm.ts';
import type { Mathematics } from '../preprocessing/libm.ts';
import { preprocess, registerFunctions } from '../preprocessing/pipeline.ts';
import { createRowProgram } from '../preprocessing/row-program.ts';
import { streamRows } from '../tensors/row-blocks.ts';
import { joinRequests } from './join-requests.ts';
import type { RowSchema } from './read-rows.ts';

export interface ServedModel {
  readonly bundle: Bundle;
  /** sha256 of its file, in hexadecimal. */
  readonly hash: string;
  readonly schema: RowSchema;
  readonly scorer: RowScorer;
}

/** What a model is opened with. */
export interface ServingMachine extends Machine {
  readonly memoryMb: number;
}

/**
 * @throws StageError E_DATA for a file that is no bundle, or one whose golden rows do not get what it says;
 *   E_ENVIRONMENT where a row does not get the bits of the table that holds it.
 */
export async function openServedModel(file: string, machine: ServingMachine): Promise<ServedModel> {
  const { bundle, hash } = await readWhole(file);
  await assertSameFeatures(bundle, machine, loadLibm());
  const scorer = joinRequests(await openRowScorer(bundle, machine), countOutputs(bundle));
  return { bundle, hash, schema: toSchema(bundle), scorer };
}

/** A bundle and the hash of the very file that it was read from, which another one may replace at any moment. */
async function readWhole(file: string): Promise<{ bundle: Bundle; hash: string }> {
  for (;;) {
    const hash = existsSync(file) ? await hashFile(file) : '';
    const bundle = readBundle(file);
    if ((await hashFile(file)) === hash) return { bundle, hash };
  }
}

function toSchema({ input, target, id, preprocessing }: Bundle): RowSchema {
  return {
    input,
    known: new Set([...input.map(({ name }) => name), target, id]),
    allowsUnknown: preprocessing.vectorizer !== undefined,
  };
}

/**
 * Asserts that the golden rows get the same features in memory and in a table: functions of the C library could differ
 * from DuckDB's, where that was built on another one. Texts have one way only.
 *
 * @throws StageError E_ENVIRONMENT where a bit differs.
 */
export async function assertSameFeatures(
  bundle: Bundle,
  options: { readonly threads: number; readonly memoryMb: number },
  mathematics: Mathematics,
): Promise<void> {
  const { preprocessing, input, model } = bundle;
  if (preprocessing.vectorizer !== undefined) return;
  const toFeatures = createRowProgram(preprocessing, input, model.columns, mathematics);
  const inMemory = toFeatures(goldenRows(bundle).numbers);
  const inTable: number[] = [];
  await withDatabase(options, async (database) => {
    registerFunctions(database, preprocessing);
    const { sql, source } = goldenRelation(bundle);
    const from = preprocess(preprocessing, sql);
    for await (const block of streamRows(database, from, model.columns, source, true)) {
      inTable.push(...block);
    }
  });
  if (inTable.every((value, at) => Object.is(value, inMemory[at]))) return;
  throw new StageError(
    'E_ENVIRONMENT',
    'a row in memory must get the bits that it gets in a table; got others',
    { hint: 'DuckDB was built on another C library than that of this machine' },
  );
}
