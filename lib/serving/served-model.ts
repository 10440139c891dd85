/** A bundle made ready to answer requests: the same bits as `predict`, which is checked where it runs. */
import { existsSync } from 'node:fs';
import { withDatabase } from '../data/database.ts';
import { hashFile } from '../data/hash-files.ts';
import { StageError } from '../errors.ts';
import { readBundle } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { Machine } from '../models/model.ts';
import { goldenRows, openRowScorer } from '../models/row-scorer.ts';
import type { RowScorer } from '../models/row-scorer.ts';
import { goldenRelation, openOutputs } from '../models/scorer.ts';
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
  const scorer = await openRowScorer(bundle, machine);
  try {
    await assertSameBits(bundle, scorer, machine);
  } catch (error) {
    scorer.dispose();
    throw error;
  }
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
 * Functions of the C library are the only ones that could differ from DuckDB's, where that was built on another one.
 * Texts have one way only.
 */
async function assertSameBits(
  bundle: Bundle,
  scorer: RowScorer,
  machine: ServingMachine,
): Promise<void> {
  if (bundle.preprocessing.vectorizer !== undefined) return;
  const inMemory = await scorer.score(goldenRows(bundle));
  await withDatabase(machine, async (database) => {
    const { score, dispose } = await openOutputs(bundle, database, machine);
    let at = 0;
    try {
      for await (const block of score(goldenRelation(bundle))) {
        for (const value of block) if (!Object.is(value, inMemory[at++])) throw differentBits();
      }
    } finally {
      dispose();
    }
  });
}

function differentBits(): StageError {
  return new StageError(
    'E_ENVIRONMENT',
    'a row alone must get the bits that it gets in a table; got others',
    { hint: 'DuckDB was built on another C library than that of this machine' },
  );
}
