/** Hydra itself, as DVC brings it, to hold our composition against. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { PROJECT } from './stage-process.ts';

export interface HydraCase {
  /** Absolute folder of config.yaml; without it a single override is parsed. */
  readonly conf?: string;
  readonly overrides: readonly string[];
}

export type HydraAnswer =
  | { readonly values: Record<string, unknown>; readonly error?: undefined }
  | { readonly values?: undefined; readonly error: string };

/** What Hydra makes of each case; one Python process for all. */
export function askHydra(cases: readonly HydraCase[]): HydraAnswer[] {
  const { status, stdout, stderr } = spawnSync(
    join(PROJECT, '.venv/bin/python'),
    [join(PROJECT, 'tests/support/ask_hydra.py')],
    { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  assert.is(status, 0, stderr);
  return JSON.parse(stdout) as HydraAnswer[];
}
