/**
 * Where a stage's file begins. It imports nothing but Node's own, since what is imported here is compiled
 * again at every start; what comes after it is taken from Node's compile cache, in a third of the time.
 */
import { enableCompileCache } from 'node:module';
import type { Schema } from '../params/schema.ts';
import type { StageDefinition, StageFlags, StageGroups, StagePaths } from './stage.ts';

/** Runs `stage` with the arguments of this process and sets its exit code. */
export async function main<
  P extends StagePaths,
  S extends Schema,
  F extends StageFlags,
  G extends StageGroups,
>(
  stage: StageDefinition<P, S, F, G>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  enableCompileCache();
  const { runStage } = await import('./run-stage.ts');
  process.exitCode = await runStage(stage as unknown as StageDefinition, argv);
}
