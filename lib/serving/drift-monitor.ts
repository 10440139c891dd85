/** Watches whether the rows of requests drift away from the training rows, off the way of the requests. */
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { FastifyBaseLogger } from 'fastify';
import type { RawRows } from '../models/row-scorer.ts';
import { startWorkers } from '../tensors/worker-pool.ts';
import type { WorkerPool } from '../tensors/worker-pool.ts';
import { workerScript } from '../worker-script.ts';
import { createDriftWindow } from './drift-window.ts';
import type { DriftWindow } from './drift-window.ts';
import type { Comparison } from './drift-worker.ts';
import type { ServeParams } from './serve-params.ts';
import type { ServedModel } from './served-model.ts';
import { findUnwatched } from './window-drift.ts';
import type { FeatureDrift } from './window-drift.ts';

export interface DriftMonitor {
  /** Forgets the rows of the model before, and compares with the training rows of this one. */
  serve(model: ServedModel): void;
  /** Rows of a request to the model that is served. */
  add(model: ServedModel, rows: RawRows): void;
  /** Compares now, where there are enough rows; resolves when the metrics say it. */
  compare(): Promise<void>;
  /** Compares from time to time. */
  watch(seconds: number): void;
  close(): Promise<void>;
}

const UNWATCHED =
  'drift of these features cannot be seen: the bundle, of an earlier version, keeps too little of them; train the model again';

type Drift = ReadonlyMap<string, FeatureDrift>;

interface Watched {
  readonly model: ServedModel;
  readonly window: DriftWindow;
  /** Features that the log named last. */
  drifted: readonly string[];
}

export function createDriftMonitor(
  registry: Registry,
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>,
  { windowRows, minRows, threshold }: ServeParams['drift'],
): DriftMonitor {
  const metrics = createMetrics(registry, threshold);
  // started at the first comparison
  let pool: WorkerPool<Comparison, Drift> | null = null;
  let watched: Watched | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  async function compare(): Promise<void> {
    const mine = watched;
    if (mine === null) return;
    metrics.windowRows.set(mine.window.nRows());
    if (mine.window.nRows() < minRows) return;
    pool ??= startWorkers(workerScript(new URL('./drift-worker.ts', import.meta.url)), 1, null);
    const { distribution } = mine.model.bundle;
    const found = await pool.run({ distribution, columns: mine.window.columns(), threshold });
    if (mine !== watched) return; // another model is served by now
    metrics.set(found);
    mine.drifted = tell(log, mine, found, threshold);
  }

  return {
    serve(model) {
      metrics.reset();
      const { input, distribution } = model.bundle;
      const features = findUnwatched(distribution, input);
      if (features.length > 0) log.warn({ features, model: model.hash }, UNWATCHED);
      watched = { model, window: createDriftWindow(input, distribution, windowRows), drifted: [] };
    },
    add(model, rows) {
      if (watched?.model === model) watched.window.add(rows);
    },
    compare,
    watch(seconds) {
      const look = (): void => {
        void compare()
          .catch((error: unknown) => {
            if (!isClosed) log.error({ err: error }, 'drift could not be measured');
          })
          .finally(wait);
      };
      const wait = (): void => {
        if (!isClosed) timer = setTimeout(look, 1000 * seconds).unref();
      };
      wait();
    },
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      watched = null;
      await pool?.terminate();
    },
  };
}

/** Says which features drifted, when they are others than before; gives their names. */
function tell(
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>,
  { drifted: before, window, model }: Watched,
  found: Drift,
  threshold: number,
): string[] {
  const drifted = [...found].filter(([, { isDrifted }]) => isDrifted);
  const names = drifted.map(([name]) => name);
  if (names.join('\n') === before.join('\n')) return names;
  const features = Object.fromEntries(
    drifted.map(([name, { test, score }]) => [name, { test, score: Number(score.toFixed(4)) }]),
  );
  const facts = { features, threshold, window_rows: window.nRows(), model: model.hash };
  if (names.length === 0) log.info(facts, 'no feature drifts any more');
  else log.warn(facts, 'features drift');
  return names;
}

function createMetrics(registry: Registry, threshold: number) {
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const drift = gauge('serve_feature_drift', 'Distance of the latest rows to the training rows', [
    'feature',
    'test',
  ]);
  const score = gauge('serve_feature_drift_score', 'Of the test that decides for the feature', [
    'feature',
    'test',
  ]);
  const drifted = gauge('serve_drifted_features', 'Features whose score reaches the threshold');
  const windowRows = gauge('serve_drift_window_rows', 'Latest rows that are compared');
  gauge('serve_drift_threshold', 'Score from which on a feature counts as drifted').set(threshold);
  /** Nothing is measured, and none of them says that nothing drifts. */
  function reset(): void {
    drift.reset();
    score.reset();
    drifted.remove();
  }
  return {
    windowRows,
    reset,
    set(found: Drift) {
      reset();
      if (found.size === 0) return;
      for (const [feature, { scores, ...decided }] of found) {
        for (const [test, value] of Object.entries(scores)) {
          if (value !== null) drift.set({ feature, test }, value);
        }
        score.set({ feature, test: decided.test }, decided.score);
      }
      drifted.set([...found.values()].filter(({ isDrifted }) => isDrifted).length);
    },
  };
}
