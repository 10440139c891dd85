/** `npm run deps`: rewrites the source deps in every dvc.yaml. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { updateDeps } from './wiring.ts';

/** The root dvc.yaml and those of pipelines/. */
export function listDvcFiles(): string[] {
  const pipelines = existsSync('pipelines') ? readdirSync('pipelines') : [];
  return ['dvc.yaml', ...pipelines.map((name) => join('pipelines', name, 'dvc.yaml'))].filter(
    existsSync,
  );
}

if (import.meta.main) {
  for (const file of listDvcFiles()) {
    const updated = updateDeps(file);
    const isStale = updated !== readFileSync(file, 'utf8');
    if (isStale) writeFileSync(file, updated);
    process.stdout.write(`${file}: ${isStale ? 'deps rewritten' : 'deps are up to date'}\n`);
  }
}
