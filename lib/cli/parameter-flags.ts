/** Parameters that are flags too: `--h 13` is `--set forecast.series.h=13`, in the words of a shell. */
import type { Command } from 'commander';
import { flattenSchema } from '../params/describe.ts';
import type { DescribedParameter } from '../params/describe.ts';
import { toCamelCase } from '../params/schema.ts';
import type { StageDefinition } from './stage.ts';

type Stage = Pick<StageDefinition, 'name' | 'params'>;

/** Adds the flags of a stage's parameters to its command line. */
export function declareFlags(command: Command, { name, params }: Stage): void {
  for (const { key, doc } of listFlags(params, name)) {
    command.option(`--${nameOf(key).replaceAll('_', '-')} <value>`, `${doc} (${key})`);
  }
}

/**
 * @param given - What the command line has, by names in camelCase.
 * @param group - Key of the params file that the parameters stand under.
 * @returns Overrides in the form of --set.
 */
export function readFlags(
  { params }: Stage,
  given: Readonly<Record<string, unknown>>,
  group: string,
): string[] {
  return listFlags(params, group).flatMap(({ key, jsonSchema }) => {
    const word = given[toCamelCase(nameOf(key))];
    return typeof word === 'string' ? [`${key}=${toYaml(word, jsonSchema)}`] : [];
  });
}

function listFlags(params: StageDefinition['params'], group: string): DescribedParameter[] {
  return flattenSchema(params, group).filter(({ isFlag }) => isFlag === true);
}

const nameOf = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** A text needs no quotes on the command line, and a list no brackets. */
function toYaml(
  word: string,
  { anyOf, type, ...schema }: DescribedParameter['jsonSchema'],
): string {
  const inner = (anyOf as readonly DescribedParameter['jsonSchema'][] | undefined)?.[0];
  if (word === 'null') return word;
  if (inner !== undefined) return toYaml(word, inner);
  if (type === 'array') return word.startsWith('[') ? word : `[${word}]`;
  return type === 'string' || schema.enum !== undefined ? JSON.stringify(word) : word;
}
