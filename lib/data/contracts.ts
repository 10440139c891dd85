/** Reads data contracts; docs/contracts.md describes what they may hold. */
import { expandNames } from '../column-names.ts';
import { isRecord } from '../params/schema.ts';
import { didYouMean } from '../suggest.ts';
import { COLUMN_TYPES } from '../validation/contract.ts';
import type { ColumnContract, ColumnType, Contract, Expectation } from '../validation/contract.ts';
import { is, isText, listOf, mapOf, readYaml, record, show } from './yaml-file.ts';
import type { Check, Keys, YamlFile } from './yaml-file.ts';

const HINT =
  'docs/contracts.md lists the expectations; `timberline validate --infer FILE` drafts a contract';

const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isTrue = is('true', (value) => value === true);
const isFlag = is('true or false', (value) => typeof value === 'boolean');
const isShare = is(
  'a number in [0, 1]',
  (value) => isNumber(value) && Number(value) >= 0 && Number(value) <= 1,
);
const isCount = is(
  'an integer of at least 0',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);
const isEnd = is('a number or a text', (value) => isNumber(value) || typeof value === 'string');
const isScalar = is(
  'a number, a text, true or false',
  (value) => isNumber(value) || typeof value === 'string' || typeof value === 'boolean',
);
const isChoice = (choices: readonly string[]): Check =>
  is(`one of ${choices.join(', ')}`, (value) => choices.includes(value as string));
const isNames: Check = (value, ...rest) =>
  (Array.isArray(value) ? listOf(isText) : isText)(value, ...rest);

/** The short form of an expectation, or a map with its `mostly`; `key` holds what the short form says. */
const tolerant = (short: Check, key?: string): Check => {
  const long = record(key === undefined ? {} : { [key]: short }, { mostly: isShare });
  return (value, ...rest) => (isRecord(value) ? long : short)(value, ...rest);
};
const range = (end: Check, more: Readonly<Record<string, Check>> = {}): Check => {
  const shape = record({}, { min: end, max: end, ...more });
  return (value, keys, report) => {
    shape(value, keys, report);
    if (!isRecord(value)) return;
    const { min, max } = value as { min?: number; max?: number };
    if (min === undefined && max === undefined) report(keys, 'must have min, max or both');
    else if (min! > max!) report(keys, `must have min <= max; got ${show(value)}`);
  };
};

const isColumn = record(
  { type: tolerant(isChoice(COLUMN_TYPES), 'is') },
  {
    required: isFlag,
    not_null: tolerant(isTrue),
    between: range(isEnd, { mostly: isShare }),
    in_set: tolerant(listOf(isScalar), 'values'),
    matches: tolerant(isText, 'regex'),
    length: range(isCount, { mostly: isShare }),
    unique: tolerant(isTrue),
    rows_per_value: record({ min: isCount }),
  },
);
const isContract = record(
  { columns: mapOf(isColumn) },
  {
    rows: range(isCount),
    unknown_columns: isChoice(['refuse', 'allow']),
    column_order: isChoice(['exact', 'any']),
    one_hot: mapOf(tolerant(isNames, 'columns')),
    unique: listOf(tolerant(isNames, 'columns')),
  },
);

type Form = string | true | readonly unknown[] | Readonly<Record<string, unknown>>;
interface ContractFile {
  readonly columns: Readonly<Record<string, Readonly<Record<string, Form>>>>;
  readonly rows?: { readonly min?: number; readonly max?: number };
  readonly unknown_columns?: Contract['unknownColumns'];
  readonly column_order?: Contract['columnOrder'];
  readonly one_hot?: Readonly<Record<string, Form>>;
  readonly unique?: readonly Form[];
}

/** The key under which the long form of an expectation holds what the short form says. */
const SHORT_KEYS: Readonly<Record<string, string>> = {
  type: 'is',
  in_set: 'values',
  matches: 'regex',
};
const RANGES = ['between', 'length'];

/**
 * Reads a contract; a range of columns, `Soil_Type{1..40}`, stands for each of them.
 *
 * @throws StageError E_DATA when the file is missing or breaks the format, with the line of every problem.
 */
export function readContract(file: string): Contract {
  const yaml = readYaml(file, isContract, HINT);
  const values = yaml.values as ContractFile;
  const groups = readGroups(yaml, values);
  const columns = yaml.keysOf(['columns']).flatMap((name) =>
    expandNames(name).map((column): ColumnContract & { expectations: Expectation[] } => ({
      name: column,
      type: toLong(values.columns[name].type, 'is').is as ColumnType,
      isRequired: (values.columns[name].required as unknown) !== false,
      expectations: readExpectations(yaml, ['columns', name], column, values.columns[name]),
    })),
  );
  const contract: Contract = {
    source: file,
    rows: { min: null, max: null, ...values.rows, line: yaml.lineOf(['rows']) },
    unknownColumns: values.unknown_columns ?? 'refuse',
    columnOrder: values.column_order ?? 'any',
    columns: columns.map(({ expectations: _expectations, ...column }) => column),
    expectations: [
      ...columns.flatMap(({ expectations }) => expectations),
      ...groups.map(([, group]) => group),
    ],
  };
  assertConsistent(yaml, values, contract, groups);
  return contract;
}

function toLong(form: Form, key: string): Record<string, unknown> {
  return isRecord(form) ? form : { [key]: form };
}

function readExpectations(
  yaml: YamlFile,
  keys: Keys,
  column: string,
  { required: _required, ...spec }: Readonly<Record<string, Form>>,
): Expectation[] {
  return Object.entries(spec).map(([expectation, form]) => {
    const long = toLong(form, SHORT_KEYS[expectation] ?? expectation);
    const ends = RANGES.includes(expectation) ? { min: null, max: null } : {};
    // its values are those of in_set
    const set = expectation === 'rows_per_value' ? toLong(spec.in_set ?? [], 'values') : {};
    return {
      ...{ expectation, columns: [column], line: yaml.lineOf([...keys, expectation]) },
      ...{ ...ends, ...set, mostly: 1, ...long },
    } as unknown as Expectation;
  });
}

/** Expectations about several columns, each with its place in the file. */
function readGroups(yaml: YamlFile, values: ContractFile): [Keys, Expectation][] {
  const oneHot = Object.entries(values.one_hot ?? {}).map(([name, form]): [Keys, Expectation] => {
    const keys = ['one_hot', name];
    return [keys, readGroup(yaml, keys, form, { expectation: 'one_hot', name })];
  });
  const unique = (values.unique ?? []).map((form, index): [Keys, Expectation] => {
    const keys = ['unique', index];
    return [keys, readGroup(yaml, keys, form, { expectation: 'unique' })];
  });
  return [...oneHot, ...unique];
}

function readGroup(
  yaml: YamlFile,
  keys: Keys,
  form: Form,
  kind: { expectation: 'one_hot'; name: string } | { expectation: 'unique' },
): Expectation {
  const { columns, mostly = 1 } = toLong(form, 'columns');
  const names = (Array.isArray(columns) ? columns : [columns]) as string[];
  return {
    ...kind,
    columns: names.flatMap(expandNames),
    mostly: mostly as number,
    line: yaml.lineOf(keys),
  };
}

/** What a value of a type looks like in a contract. */
const IS_OF_TYPE: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  integer: Number.isInteger,
  number: isNumber,
  boolean: (value) => typeof value === 'boolean',
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(String(value)),
  timestamp: (value) => /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/.test(String(value)),
  text: (value) => typeof value === 'string',
};

/** Expectations that say nothing about a column of a type. */
const NOT_OF_TYPE: Readonly<Record<ColumnType, readonly string[]>> = {
  integer: ['matches', 'length'],
  number: ['matches', 'length'],
  boolean: ['matches', 'length', 'between'],
  date: ['matches', 'length'],
  timestamp: ['matches', 'length'],
  text: ['between'],
};

function assertConsistent(
  yaml: YamlFile,
  values: ContractFile,
  contract: Contract,
  groups: readonly [Keys, Expectation][],
): void {
  const known = contract.columns.map(({ name }) => name);
  const twice = known.find((name, index) => known.indexOf(name) !== index);
  yaml.examine((report) => {
    if (twice !== undefined) report(['columns'], `must be distinct; got ${twice} twice`);
    for (const [name, spec] of Object.entries(values.columns)) examineColumn(name, spec, report);
    for (const [keys, { expectation, columns }] of groups) {
      for (const name of columns.filter((column) => !known.includes(column))) {
        report(keys, `must name columns of the contract; got ${name}${didYouMean(name, known)}`);
      }
      const others = contract.columns.filter(
        ({ name, type }) => columns.includes(name) && type !== 'integer' && type !== 'number',
      );
      if (expectation === 'one_hot' && others.length > 0) {
        report(keys, `must name columns of numbers; got ${others[0].name}, a ${others[0].type}`);
      }
    }
  });
}

function examineColumn(
  name: string,
  spec: Readonly<Record<string, Form>>,
  report: (keys: Keys, sentence: string) => void,
): void {
  const keys = ['columns', name];
  const type = toLong(spec.type, 'is').is as ColumnType;
  const { min, max } = (spec.between ?? {}) as { min?: unknown; max?: unknown };
  const set = toLong(spec.in_set ?? [], 'values').values as readonly unknown[];
  if (expandNames(name).length === 0) report(keys, 'must count upwards in its range');
  for (const key of NOT_OF_TYPE[type].filter((key) => key in spec)) {
    report([...keys, key], `must be left out for a column of type ${type}`);
  }
  for (const [key, value] of [
    ...[min, max].filter((end) => end !== undefined).map((end) => ['between', end] as const),
    ...set.map((value) => ['in_set', value] as const),
  ]) {
    if (!IS_OF_TYPE[type](value)) {
      report([...keys, key], `must hold values of type ${type}; got ${show(value)}`);
    }
  }
  if ('rows_per_value' in spec && set.length === 0) {
    report([...keys, 'rows_per_value'], 'must stand beside in_set, which has the values');
  }
}
