/**
 * The model that is served, and the one that takes its place when its file changes.
 *
 * A new file is opened beside the old model, and its golden rows are checked; then requests go to it, while those
 * under way end with the old one. A file that is refused changes nothing.
 */
import { statSync } from 'node:fs';
import type { FastifyBaseLogger } from 'fastify';
import { openServedModel } from './served-model.ts';
import type { ServedModel, ServingMachine } from './served-model.ts';

export interface ModelSlot {
  /** The model that requests go to now. */
  current(): ServedModel;
  /** Calls `work` with it; it stays open until `work` is done. */
  use<T>(work: (model: ServedModel) => Promise<T>): Promise<T>;
  /** Looks whether the file is another one; opens it once it does not change from one look to the next. */
  look(): Promise<void>;
  /** Looks from time to time, each look after the one before. */
  watch(seconds: number): void;
  /** Ends the looks, and closes the model once nobody uses it. */
  close(): void;
}

interface Held {
  readonly model: ServedModel;
  nUsers: number;
  isRetired: boolean;
}

type Log = Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;

/**
 * @param onSwap - Called with every model that begins to be served after the first, or null for one that was refused.
 * @throws StageError as {@link openServedModel} does.
 */
export async function openModelSlot(
  file: string,
  machine: ServingMachine,
  { log, onSwap }: { log: Log; onSwap: (model: ServedModel | null) => void },
): Promise<ModelSlot> {
  let seen = fingerprint(file);
  let settling = seen;
  let held = hold(await openServedModel(file, machine));
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  async function look(): Promise<void> {
    const found = fingerprint(file);
    if (found === seen) return;
    if (found !== settling) {
      settling = found;
      return;
    }
    seen = found;
    if (found === GONE) {
      log.warn({ file, model: held.model.hash }, 'model file is gone; the model serves on');
      return;
    }
    await replace();
  }

  async function replace(): Promise<void> {
    try {
      const model = await openServedModel(file, machine);
      if (isClosed || model.hash === held.model.hash) return model.scorer.dispose();
      const { hash: previous } = held.model;
      retire(held);
      held = hold(model);
      log.info({ file, model: model.hash, previous }, 'model swapped');
      onSwap(model);
    } catch (error) {
      log.error(
        { err: error, file, model: held.model.hash },
        'model refused; the old one serves on',
      );
      onSwap(null);
    }
  }

  return {
    current: () => held.model,
    async use(work) {
      const mine = held;
      mine.nUsers++;
      try {
        return await work(mine.model);
      } finally {
        mine.nUsers--;
        disposeUnused(mine);
      }
    },
    look,
    watch(seconds) {
      const wait = (): void => {
        if (!isClosed) timer = setTimeout(() => void look().finally(wait), 1000 * seconds).unref();
      };
      wait();
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      retire(held);
    },
  };
}

const hold = (model: ServedModel): Held => ({ model, nUsers: 0, isRetired: false });

function retire(held: Held): void {
  held.isRetired = true;
  disposeUnused(held);
}

function disposeUnused({ model, nUsers, isRetired }: Held): void {
  if (isRetired && nUsers === 0) model.scorer.dispose();
}

const GONE = 'gone';

/** Differs where a file was written anew or put in the place of another. */
function fingerprint(file: string): string {
  const { ino, size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return ino === undefined ? GONE : `${ino} ${size} ${mtimeMs}`;
}
