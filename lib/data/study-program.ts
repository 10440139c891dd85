/** Where study.py and the Python that has Optuna are. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StudyPlace } from '../tuning/study.ts';

/** From lib/data the root is two folders up, from dist/lib/data three. */
const ROOTS = ['../..', '../../..'];

/** The Python of .venv where set-up made one, else the user's own. */
export function findStudyProgram(): StudyPlace {
  return {
    python: find('.venv/bin/python') ?? 'python3',
    program: find('lib/tuning/study.py')!,
  };
}

function find(path: string): string | null {
  const candidates = ROOTS.map((up) => fileURLToPath(new URL(`${up}/${path}`, import.meta.url)));
  return candidates.find((candidate) => existsSync(candidate)) ?? null;
}
