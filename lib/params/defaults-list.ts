/** Which files of `conf/` make a configuration, and in which order, by Hydra's rules of the defaults list. */
import { didYouMean } from '../suggest.ts';
import type { ConfigFile } from './config-file.ts';

export const PRIMARY = 'config';

export interface DefaultsList {
  /** Paths under conf/, without the ending; the later over the earlier. */
  readonly order: readonly string[];
  /** The option of each group that takes part, in the order of the defaults list. */
  readonly choices: Readonly<Record<string, string>>;
}

/**
 * Lays out the defaults list of `config`, with those of the files that it names.
 *
 * A file's own parameters stand where `_self_` is, behind the files that it names when that is nowhere.
 * `override` in a file concerns the groups before it; the choice of `chosen` goes over any of them.
 *
 * @param paths - Every file under conf/, without the ending.
 * @param load - Called once for each file of the result, and for files that name themselves.
 * @param chosen - Options from the command line, by group.
 */
export function layOutDefaults(
  paths: readonly string[],
  load: (path: string) => ConfigFile,
  chosen: ReadonlyMap<string, string>,
  report: (problem: string) => void,
): DefaultsList {
  const overrides = new Map<string, string | null>(chosen);
  const origins = new Map([...chosen].map(([group, option]) => [group, `${group}=${option}`]));
  const used = new Set<string>();
  const choices = new Map<string, string>();

  function expand(path: string, where: string, parents: readonly string[]): string[] {
    if (parents.includes(path)) {
      report(`${where} must not name a file that it is named by; got ${path}`);
      return [];
    }
    const { defaults } = load(path);
    for (const entry of defaults) {
      if (entry.kind !== 'override' || overrides.has(entry.group)) continue;
      overrides.set(entry.group, entry.option);
      origins.set(entry.group, `${entry.where} override ${entry.group}`);
    }
    const entries = defaults.filter(({ kind }) => kind !== 'override');
    const hasSelf = entries.some(({ kind }) => kind === 'self');
    // from the last to the first, so that an override reaches the groups before it
    const parts: string[][] = hasSelf ? [] : [[path]];
    for (const entry of entries.toReversed()) {
      if (entry.kind === 'self') parts.push([path]);
      else if (entry.kind === 'config') {
        const { path: named, where: line } = entry;
        if (isThere(named, line)) parts.push(expand(named, line, [...parents, path]));
      } else if (entry.kind === 'group') {
        const { group, where: line } = entry;
        const wanted = overrides.has(group) ? overrides.get(group)! : entry.option;
        used.add(group);
        if (wanted === null) continue;
        const by = overrides.has(group) ? origins.get(group)! : line;
        const option = isThere(`${group}/${wanted}`, by) ? wanted : entry.option;
        if (option === null || !paths.includes(`${group}/${option}`)) continue;
        if (choices.has(group)) report(`${line} must name ${group} once in all the defaults`);
        choices.set(group, option);
        parts.push(expand(`${group}/${option}`, by, [...parents, path]));
      }
    }
    return parts.reverse().flat();
  }

  /** Reports a file that is not; where an option is not, the default one serves to look for more problems. */
  function isThere(path: string, by: string): boolean {
    if (paths.includes(path)) return true;
    const group = path.slice(0, path.lastIndexOf('/') + 1);
    const option = path.slice(group.length);
    const options = paths
      .filter((other) => other.startsWith(group) && !other.slice(group.length).includes('/'))
      .map((other) => other.slice(group.length));
    const known = options.length === 0 ? 'no such group' : `it has ${options.join(', ')}`;
    const what = group === '' ? 'the configuration' : group.slice(0, -1);
    report(`${by}: ${what} has no ${option}${didYouMean(option, options) || `; ${known}`}`);
    return false;
  }

  const order = expand(PRIMARY, PRIMARY, []);
  for (const group of overrides.keys()) {
    if (used.has(group)) continue;
    report(
      `${origins.get(group)}: ${group} is no group of the defaults before it${didYouMean(group, [...used])}`,
    );
  }
  return { order, choices: Object.fromEntries([...choices].reverse()) };
}
