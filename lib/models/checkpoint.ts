/** The state of an unfinished training in one safetensors file, for a rerun to go on from. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import { readSafetensors, writeSafetensors } from '../tensors/safetensors.ts';
import type { Tensor } from '../tensors/safetensors.ts';
import type { MlpCheckpoint, Weights } from './mlp.ts';

/** A file that holds the checkpoint of one training, told by `key`: its data and parameters. */
export interface CheckpointFile {
  /** The checkpoint of the same training; null where there is none, or one of another training. */
  read(): MlpCheckpoint | null;
  write(checkpoint: MlpCheckpoint): void;
}

const VARIABLE = 'variable:';
const BEST = 'best:';

/**
 * @param folder - Where the file stands, alone.
 * @param identity - What makes a training the same: data, parameters, seed. Plain data.
 */
export function openCheckpointFile(folder: string, identity: unknown): CheckpointFile {
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
        if (error instanceof StageError) return null;
        throw error;
      }
    },
    write({ variables, best, ...state }) {
      mkdirSync(folder, { recursive: true });
      const partial = `${file}.${process.pid}`;
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
