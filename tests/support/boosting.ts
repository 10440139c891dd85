/** What boosters are fitted and opened with in tests. */
import type { BoosterContext } from '../../lib/models/lightgbm/booster.ts';
import { BOOSTER_SCHEMA } from '../../lib/models/lightgbm/params.ts';
import type { BoosterOptions } from '../../lib/models/lightgbm/params.ts';
import type { FitContext, Machine } from '../../lib/models/model.ts';
import { toCamelCase } from '../../lib/params/schema.ts';
import { createRng } from '../../lib/rng.ts';
import { showNoProgress } from '../../lib/progress.ts';

export const machine: Machine = { threads: 2, warn: (line) => console.error(line) };

/** @param changes.seed - LightGBM's own seed; left out: one of the stream of the test. */
export function createContext({
  seed,
  ...changes
}: Partial<BoosterContext> & { seed?: number } = {}): BoosterContext {
  const fixed = Object.assign(() => 0, { int32: () => 2 * seed! });
  return {
    ...machine,
    ...{ threads: 1, warn: () => {} },
    rng: (purpose) => (seed === undefined ? createRng(1, 'test', purpose) : fixed),
    signal: new AbortController().signal,
    startProgress: showNoProgress,
    onRound: () => 'go on',
    ...changes,
  };
}

/** Every parameter as a stage has it that sets none. */
export const BOOSTER_DEFAULTS = Object.fromEntries(
  Object.entries(BOOSTER_SCHEMA).map(([name, { default: value }]) => [toCamelCase(name), value]),
) as BoosterOptions;

/** The same for a model of the registry. */
export const createFitContext = (): FitContext => ({
  ...createContext(),
  info: () => {},
  onStep: () => 'go on',
  checkpoint: () => null,
  fitMember: () => Promise.reject(new Error('a booster has no members')),
});
