import { listStageNames } from '../../lib/cli/registry.ts';

/** The stage that a group of params.yaml is for; that of a second use begins with its name: `fetch-sales`. */
export function stageOfGroup(group: string): string {
  const names = listStageNames();
  return (
    names.find((name) => name === group) ?? names.find((name) => group.startsWith(`${name}-`))!
  );
}
