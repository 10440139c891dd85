/** The groups of a folder composed, and held against the declarations of the stages. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StageError } from '../errors.ts';
import { compose } from '../params/compose.ts';
import type { Composition } from '../params/compose.ts';
import type { ConfigText } from '../params/config-file.ts';
import { PRIMARY } from '../params/defaults-list.ts';
import { findProblems } from '../params/resolve.ts';
import { didYouMean, nearest } from '../suggest.ts';
import { SHARED_GROUPS } from './base.ts';
import { listStageNames, loadStage } from './registry.ts';

/** At most this many problems stand in one message. */
const MAX_PROBLEMS = 10;

/**
 * Composes the groups in `folder`.
 *
 * @param overlays - Files of parameters that go over the groups.
 * @param overrides - `group=option`, `key=value`, `+key=value`, `++key=value`, `~key`; over all else.
 * @throws StageError E_DATA when `folder` has no config.yaml, E_PARAMS with every problem of files,
 *   overrides and values in one message.
 */
export async function composeConfig(
  folder: string,
  overlays: readonly string[],
  overrides: readonly string[],
): Promise<Composition> {
  const texts = overlays.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const composition = compose(readConfigs(folder), texts, overrides);
  assertSound([...composition.problems, ...(await findUnfit(composition))]);
  return composition;
}

/** Every file under the folder, by its path in it without the ending. */
function readConfigs(folder: string): Map<string, ConfigText> {
  const primary = join(folder, `${PRIMARY}.yaml`);
  if (!existsSync(primary)) {
    throw new StageError('E_DATA', `${primary} must exist; got no such file`, {
      hint: 'run it where conf/ is, or name the folder with --conf',
    });
  }
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .toSorted();
  return new Map(
    paths.map((path) => {
      const file = join(folder, path);
      const name = path.slice(0, -'.yaml'.length).replaceAll('\\', '/');
      return [name, { file, text: readFileSync(file, 'utf8') }];
    }),
  );
}

/** What the declarations say against the composed values, each with where the value comes from. */
async function findUnfit({ values, parameters }: Composition): Promise<string[]> {
  const stages = listStageNames();
  const shared = new Map(Object.entries(SHARED_GROUPS));
  const known = [...shared.keys(), ...stages];
  const problems = await Promise.all(
    Object.entries(values).map(async ([group, value]) => {
      if (shared.has(group)) return findProblems(shared.get(group)!, value, group);
      if (stages.includes(group)) {
        return findProblems((await loadStage(group)).params, value, group);
      }
      // other tools keep groups of their own beside them, so only a near miss is a mistake
      if (nearest(group, known) === null) return [];
      return [{ key: group, sentence: `${group} is not a group${didYouMean(group, known)}` }];
    }),
  );
  return problems.flat().map(({ key, sentence }) => {
    const source = parameters.find((p) => p.key === key || p.key.startsWith(`${key}.`));
    return `${source!.origin}: ${sentence}`;
  });
}

function assertSound(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const more = problems.length > MAX_PROBLEMS ? [`and ${problems.length - MAX_PROBLEMS} more`] : [];
  const lines = [`${count} in the configuration`, ...problems.slice(0, MAX_PROBLEMS), ...more];
  throw new StageError('E_PARAMS', lines.join('\n  '), {
    hint: 'docs/params.md lists every parameter, the folders of conf/ are the groups, their files the options',
  });
}
