/** The state of an unfinished training in one safetensors file, for a rerun to go on from. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import type { CheckpointStore } from '../models/model.ts';
import { ownPid } from '../processes.ts';
import { readSafetensors, writeSafetensors } from '../tensors/safetensors.ts';

/**
 * A file that holds the checkpoint of one training; that of another, or a damaged one, counts as none.
 *
 * @param folder - Where the file stands, with those of other trainings of the same run.
 * @param name - Of the training among them.
 * @param identity - What makes a training the same: data, parameters, seed, versions. Plain data.
 */
export function openCheckpointFile(
  folder: string,
  name: string,
  identity: unknown,
): CheckpointStore {
  const file = join(folder, `${name}.safetensors`);
  const key = JSON.stringify(identity);
  return {
    read() {
      if (!existsSync(file)) return null;
      try {
        const { tensors, metadata } = readSafetensors(file);
        return metadata.key === key ? { tensors, state: JSON.parse(metadata.state) } : null;
      } catch (error) {
        // a checkpoint saves time; a broken one costs no more than starting again
        if (error instanceof StageError || error instanceof SyntaxError) return null;
        throw error;
      }
    },
    write({ tensors, state }) {
      mkdirSync(folder, { recursive: true });
      const partial = `${file}.${ownPid}`;
      writeSafetensors(partial, tensors, { key, state: JSON.stringify(state) });
      renameSync(partial, file);
    },
  };
}
