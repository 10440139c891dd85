/**
 * The search space: which parameters of a stage are tuned, and what is drawn for each.
 *
 * It is checked as a whole before anything runs: every name against the declared parameters of the stage,
 * every bound and choice against that parameter's own range, every condition against the space.
 */
import { StageError } from '../errors.ts';
import { flattenSchema } from '../params/describe.ts';
import type { DescribedParameter } from '../params/describe.ts';
import { isRecord } from '../params/schema.ts';
import type { Schema } from '../params/schema.ts';
import { didYouMean } from '../suggest.ts';

export interface NumericDistribution {
  readonly type: 'float' | 'int';
  /** Both are included. */
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** null: any number of float, every integer of int. */
  readonly step: number | null;
}
export interface CategoricalDistribution {
  readonly type: 'categorical';
  readonly choices: readonly unknown[];
}
export type Distribution = NumericDistribution | CategoricalDistribution;

export interface SpaceParameter {
  /** `train.mlp.learning_rate` */
  readonly name: string;
  readonly distribution: Distribution;
  /** Drawn only where each of these parameters is drawn too, with one of these values. */
  readonly when: Readonly<Record<string, readonly unknown[]>>;
}
/** A parameter stands behind those that its condition names. */
export type SearchSpace = readonly SpaceParameter[];

type Report = (sentence: string) => void;
type Declaration = Readonly<Record<string, unknown>>;

const KEYS = {
  float: ['type', 'low', 'high', 'log', 'step', 'when'],
  int: ['type', 'low', 'high', 'log', 'step', 'when'],
  categorical: ['type', 'choices', 'when'],
} as const;
const TYPES = Object.keys(KEYS) as (keyof typeof KEYS)[];

/**
 * The space that `tune.space` declares for the parameters of a stage.
 *
 * @throws StageError E_PARAMS with every problem in one message.
 */
export function readSearchSpace(
  declared: Declaration,
  stage: { readonly name: string; readonly params: Schema },
): SearchSpace {
  const known = new Map(flattenSchema(stage.params, stage.name).map((item) => [item.key, item]));
  const problems: string[] = [];
  const parameters = Object.entries(declared).flatMap(([name, value]) => {
    const report: Report = (sentence) => problems.push(`tune.space: ${name} ${sentence}`);
    const parameter = known.get(name);
    if (parameter === undefined) {
      report(`is not a parameter of ${stage.name}${didYouMean(name, [...known.keys()])}`);
    }
    if (!isRecord(value)) {
      report(`must be a map with a type; got ${show(value)}`);
      return [];
    }
    const distribution = readDistribution(value, report);
    if (distribution === null) return [];
    if (parameter !== undefined) checkRange(distribution, parameter, report);
    return [{ name, distribution, when: readConditions(value.when, report) }];
  });
  for (const parameter of parameters) {
    checkConditions(parameter, parameters, Object.keys(declared), (sentence) =>
      problems.push(`tune.space: ${parameter.name} ${sentence}`),
    );
  }
  if (Object.keys(declared).length === 0) {
    problems.push(`tune.space must have at least one parameter of ${stage.name}; got none`);
  }
  const ordered = problems.length > 0 ? parameters : putConditionsFirst(parameters, problems);
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    throw new StageError('E_PARAMS', [`${count} of the search space`, ...problems].join('\n  '), {
      hint: 'a parameter of the space reads `train.mlp.learning_rate: {type: float, low: 0.0005, high: 0.02, log: true}`',
    });
  }
  return ordered;
}

/** null: something is wrong, and reported. */
function readDistribution(value: Declaration, report: Report): Distribution | null {
  const type = TYPES.find((candidate) => candidate === value.type);
  if (type === undefined) {
    report(`must have a type of ${TYPES.join(', ')}; got ${show(value.type)}`);
    return null;
  }
  for (const key of Object.keys(value)) {
    if (!(KEYS[type] as readonly string[]).includes(key)) {
      report(`has a key ${key} that ${type} does not take${didYouMean(key, KEYS[type])}`);
    }
  }
  return type === 'categorical' ? readChoices(value, report) : readBounds(type, value, report);
}

function readChoices({ choices }: Declaration, report: Report): CategoricalDistribution | null {
  if (!Array.isArray(choices) || choices.length === 0) {
    report(`must have choices, a list that is not empty; got ${show(choices)}`);
    return null;
  }
  const twice = choices.find((choice, i) => choices.findIndex((c) => isSame(c, choice)) < i);
  if (twice !== undefined) report(`must have different choices; got ${show(twice)} twice`);
  return { type: 'categorical', choices };
}

function readBounds(
  type: 'float' | 'int',
  { low, high, log = false, step = null }: Declaration,
  report: Report,
): NumericDistribution | null {
  const what = type === 'int' ? 'an integer' : 'a number';
  const is = (value: unknown): value is number =>
    type === 'int' ? Number.isSafeInteger(value) : Number.isFinite(value);
  let isRead = true;
  const need = (holds: boolean, sentence: string): void => {
    if (!holds) report(sentence);
    isRead &&= holds;
  };
  need(is(low), `must have a low that is ${what}; got ${show(low)}`);
  need(is(high), `must have a high that is ${what}; got ${show(high)}`);
  need(typeof log === 'boolean', `must have a log of true or false; got ${show(log)}`);
  need(
    step === null || (is(step) && step > 0),
    `must have a step that is ${what} above 0; got ${show(step)}`,
  );
  if (!isRead) return null;
  const bounds = { type, low, high, log, step } as NumericDistribution;
  checkBounds(bounds, report);
  return bounds;
}

function checkBounds({ low, high, log, step }: NumericDistribution, report: Report): void {
  if (low > high) report(`must have a low of at most its high; got ${low} and ${high}`);
  if (log && low <= 0) report(`must have a low above 0, since it has log; got ${low}`);
  if (log && step !== null) report('must have log or a step, not both');
  if (step === null || low > high) return;
  const nSteps = (high - low) / step;
  // decimal steps are not exact in binary
  if (Math.abs(nSteps - Math.round(nSteps)) > 1e-9 * Math.max(1, nSteps)) {
    // without the rounding errors of low + n * step
    const nearest = Number((low + step * Math.floor(nSteps)).toPrecision(12));
    report(`must have a high that is low plus whole steps; got ${high}, did you mean ${nearest}?`);
  }
}

/** Where a float falls that is at neither end of its range, and no integer. */
const WITHIN = 0.6180339887;

function checkRange(
  distribution: Distribution,
  { format, range }: DescribedParameter,
  report: Report,
): void {
  const samples =
    distribution.type === 'categorical'
      ? distribution.choices
      : [distribution.low, distribution.high];
  const refused = samples.filter((value) => !holds(format, value));
  if (refused.length > 0) {
    report(`must draw ${range}; got ${refused.map(show).join(', ')}`);
  } else if (distribution.type === 'float' && distribution.step === null) {
    const { low, high } = distribution;
    const value = low + (high - low) * WITHIN;
    if (low < high && !holds(format, value)) report(`must draw ${range}; got a float`);
  }
}

function holds(format: (value: unknown) => void, value: unknown): boolean {
  try {
    format(value);
    return true;
  } catch {
    return false;
  }
}

function readConditions(when: unknown, report: Report): SpaceParameter['when'] {
  if (when === undefined) return {};
  const isMap =
    isRecord(when) && Object.values(when).every((values) => Array.isArray(values) && values.length);
  if (isMap) return when as SpaceParameter['when'];
  report(`must have a when of {parameter: [values]}; got ${show(when)}`);
  return {};
}

function checkConditions(
  { when }: SpaceParameter,
  parameters: readonly SpaceParameter[],
  declared: readonly string[],
  report: Report,
): void {
  for (const [name, allowed] of Object.entries(when)) {
    if (!declared.includes(name)) {
      report(`has a when of ${name}, which the space does not have${didYouMean(name, declared)}`);
    }
    const other = parameters.find((candidate) => candidate.name === name)?.distribution;
    if (other === undefined) continue;
    if (other.type === 'float') {
      report(`must have a when of parameters that are categorical or int; got ${name}`);
      continue;
    }
    const foreign = allowed.filter((value) => !canDraw(other, value));
    if (foreign.length > 0) {
      report(`has a when of ${name} that is never drawn: ${foreign.map(show).join(', ')}`);
    }
  }
}

function canDraw(distribution: Distribution, value: unknown): boolean {
  if (distribution.type === 'categorical') {
    return distribution.choices.some((choice) => isSame(choice, value));
  }
  const { low, high, step } = distribution;
  return (
    Number.isSafeInteger(value) &&
    (value as number) >= low &&
    (value as number) <= high &&
    ((value as number) - low) % (step ?? 1) === 0
  );
}

/** Orders as {@link SearchSpace} has it, the order of the declaration otherwise; circles are problems. */
function putConditionsFirst(
  parameters: readonly SpaceParameter[],
  problems: string[],
): SpaceParameter[] {
  const ordered: SpaceParameter[] = [];
  let rest = parameters;
  while (rest.length > 0) {
    const isReady = ({ when }: SpaceParameter): boolean =>
      Object.keys(when).every((name) => ordered.some((placed) => placed.name === name));
    const ready = rest.filter(isReady);
    if (ready.length === 0) {
      const names = rest.map(({ name }) => name).join(', ');
      problems.push(`tune.space: the conditions of ${names} must not go in a circle`);
      return ordered;
    }
    ordered.push(...ready);
    rest = rest.filter((parameter) => !ready.includes(parameter));
  }
  return ordered;
}

/** Choices may be lists and maps. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}
