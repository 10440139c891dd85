/** The state of an unfinished training in one safetensors file, for a rerun to go on from. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import type { CheckpointStore } from '../models/mlp/train.ts';
import type { MlpCheckpoint, Weights } from '../models/mlp/fit.ts';
import { ownPid } from '../processes.ts';
import { readSafetensors, writeSafetensors } from '../tensors/safetensors.ts';
import type { Tensor } from '../tensors/safetensors.ts';

const VARIABLE = 'variable:';
const BEST = 'best:';

/**
 * A file that holds the checkpoint of one training; that of another, or a damaged one, counts as none.
 *
 * @param folder - Where the file stands, alone.
 * @param identity - What makes a training the same: data, parameters, seed, versions. Plain data.
 */
export function openCheckpointFile(folder: string, identity: unknown): CheckpointStore {
  const file = join(folder, 'mlp.safetensors');
  const key = JSON.stringify(identity);
  return {
    read() {
      if (!existsSync(file)) return null;
      try {
        const { tensors, metadata } = readSafetensors(file);
        return metadata.key === key ? toCheckpoint(tensors, metadata.state) : null;
      } catch (error) {
        // a checkpoint saves time; a broken one costs no more than starting again
        if (error instanceof StageError || error instanceof SyntaxError) return null;
        throw error;
      }
    },
    write({ variables, best, ...state }) {
      mkdirSync(folder, { recursive: true });
      const partial = `${file}.${ownPid}`;
      const tensors = {
        ...toTensors(VARIABLE, variables),
        ...toTensors(BEST, best?.weights ?? {}),
      };
      const bestFacts = best === null ? null : { epoch: best.epoch, validLoss: best.validLoss };
      writeSafetensors(partial, tensors, {
        key,
        state: JSON.stringify({ ...state, best: bestFacts }),
      });
      renameSync(partial, file);
    },
  };
}

function toTensors(prefix: string, weights: Weights): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, data]) => [
      prefix + name,
      { dtype: 'F32', shape: [data.length], data },
    ]),
  );
}

function toCheckpoint(tensors: Readonly<Record<string, Tensor>>, text: string): MlpCheckpoint {
  const state = JSON.parse(text) as Omit<MlpCheckpoint, 'variables'>;
  const pick = (prefix: string): Weights =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, { data }]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), data as Float32Array]] : [],
      ),
    );
  const best = state.best === null ? null : { ...state.best, weights: pick(BEST) };
  return { ...state, variables: pick(VARIABLE), best };
}
