/** Settings of drop-columns and normalize that the table asks for, each with its reason. */
import { stringify } from 'yaml';
import { listExamples } from '../errors.ts';
import type { Feature } from './features.ts';
import type { Findings, Remark } from './findings.ts';

type Method = 'standard' | 'robust' | 'quantile';

export interface Suggestions {
  /** As params.yaml has them. */
  readonly params: {
    readonly 'drop-columns': { readonly constant: boolean; readonly columns: readonly string[] };
    readonly normalize: {
      readonly method: Method;
      readonly groups: readonly { readonly columns: readonly string[]; readonly method: Method }[];
      readonly missing: 'error' | 'median';
    };
  };
  /** Why each column is to be dropped. */
  readonly dropped: readonly Remark[];
  /** Why each column is scaled by another method than the standard one. */
  readonly scaled: readonly Remark[];
  /** Columns to look at before anything else; whether they are dropped is for a person to say. */
  readonly suspects: readonly Remark[];
  /** Columns with missing values, which normalize fills. */
  readonly filled: readonly string[];
}

const METHODS = ['standard', 'robust', 'quantile'] as const;

export function suggest(features: readonly Feature[], findings: Findings): Suggestions {
  const suspects = findings.leak_suspects;
  const dropped = [findings.id_suspects, findings.mostly_missing, findings.copies]
    .flat()
    .filter(({ name }, i, all) => all.findIndex((other) => other.name === name) === i)
    .filter(({ name }) => !has(suspects, name));
  const left = features.filter(
    ({ name }) => !has([...dropped, ...suspects, ...findings.constant], name),
  );
  // a star in a name stands for any text in normalize.groups
  const numbers = left.filter(({ name, kind }) => kind === 'number' && !name.includes('*'));
  const methodOf = ({ name }: Feature): Method =>
    has(findings.skewed, name) ? 'quantile' : has(findings.far_out, name) ? 'robust' : 'standard';
  const byMethod = METHODS.map((method) => ({
    method,
    columns: numbers.filter((feature) => methodOf(feature) === method).map(({ name }) => name),
  }));
  // the standard method wherever it is any column's, so that each other one stands with its reason
  const [usual, ...others] = byMethod.toSorted(
    (a, b) => Number(b.columns.length > 0) - Number(a.columns.length > 0),
  );
  const filled = left.filter(({ kind, missing_count: n }) => kind === 'number' && n > 0);
  return {
    params: {
      'drop-columns': { constant: true, columns: dropped.map(({ name }) => name) },
      normalize: {
        method: usual.method,
        groups: others
          .filter(({ columns }) => columns.length > 0)
          .map(({ method, columns }) => ({ columns, method })),
        missing: filled.length > 0 ? 'median' : 'error',
      },
    },
    dropped,
    scaled: [...findings.skewed, ...findings.far_out].filter(({ name }) =>
      numbers.some((feature) => feature.name === name),
    ),
    suspects,
    filled: filled.map(({ name }) => name),
  };
}

/** The settings as YAML to paste into params.yaml, with the reasons as comments. */
export function formatSuggestions({
  params,
  dropped,
  scaled,
  suspects,
  filled,
}: Suggestions): string {
  const reasonOf = new Map(scaled.map(({ name, reason }) => [name, reason]));
  const { method, groups, missing } = params.normalize;
  const comment = (text: string): string => `  # ${text.replaceAll(/\s+/g, ' ')}`;
  const inGroups = new Set(groups.flatMap(({ columns }) => columns));
  const reasons = listExamples(
    scaled.filter(({ name }) => !inGroups.has(name)),
    ({ name, reason }) => `${name}: ${reason}`,
  );
  const hasColumns = dropped.length + suspects.length > 0;
  return [
    'drop-columns:',
    '  constant: true',
    dropped.length > 0 ? '  columns:' : '  columns: []',
    ...dropped.map(({ name, reason }) => `    - ${plain(name)}${comment(reason)}`),
    ...(hasColumns && suspects.length > 0
      ? ['    # suspected leaks; drop those that are not known before the target is:']
      : []),
    ...suspects.map(({ name, reason }) => `    # - ${plain(name)}${comment(reason)}`),
    '',
    'normalize:',
    `  method: ${method}${reasons === '' ? '' : comment(reasons)}`,
    groups.length > 0 ? '  groups:' : '  groups: []',
    ...groups.flatMap((group) => [
      `    - method: ${group.method}`,
      '      columns:',
      ...group.columns.map((name) => {
        const reason = reasonOf.get(name);
        return `        - ${plain(name)}${reason === undefined ? '' : comment(reason)}`;
      }),
    ]),
    `  missing: ${missing}${filled.length > 0 ? comment(`fills ${listExamples(filled)}`) : ''}`,
    '',
  ].join('\n');
}

/** A name as YAML has it, on one line. */
function plain(name: string): string {
  const text = stringify(name, { lineWidth: 0 }).trimEnd();
  return text.includes('\n') || /[#&*!|>%@`]/.test(text) ? JSON.stringify(name) : text;
}

function has(remarks: readonly Remark[], name: string): boolean {
  return remarks.some((remark) => remark.name === name);
}
