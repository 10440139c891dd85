/** The model `ensemble`: the weighted mean of other models' probabilities, calibrated. */
import { isRecord, list, oneOf } from '../params/schema.ts';
import type { Tensor } from '../tensors/safetensors.ts';
import { defineModel } from './model.ts';
import type { FittedModel, ModelDefinition } from './model.ts';

/** A member as the facts of an ensemble hold it; its tensors are the ensemble's, under `<index>/`. */
type MemberFacts = Omit<FittedModel, 'tensors'>;

export interface EnsembleFacts {
  readonly members: readonly MemberFacts[];
  /** One for each member, not negative, of sum 1. */
  readonly weights: readonly number[];
  /** 1: as they are. */
  readonly temperature: number;
}

/** @param models - What members may be. */
export function createEnsemble(models: readonly ModelDefinition[]): ModelDefinition {
  const names = models.map(({ name }) => name);
  const modelOf = (name: string): ModelDefinition => models.find((model) => model.name === name)!;
  return defineModel({
    name: 'ensemble',
    summary:
      'Weighted mean of the probabilities of other models, weights and calibration found on valid',
    acceptsMissing: false,
    params: {
      members: list(oneOf(names, { default: names[0], doc: '' }), {
        default: ['extra-trees', 'lightgbm', 'mlp'].filter((name) => names.includes(name)),
        minLength: 1,
        doc: 'Models that are fitted, one after the other, each by its own parameters.',
      }),
      weights: oneOf(['equal', 'log_loss', 'accuracy'], {
        default: 'log_loss',
        doc: 'Equal; or those with the lowest log loss on valid; or, by ensemble selection, with a high accuracy on valid.',
      }),
      calibration: oneOf(['none', 'temperature'], {
        default: 'temperature',
        doc: 'none, or a temperature with the lowest log loss on valid (Guo et al. 2017, arXiv:1706.04599).',
      }),
    },
    async fit(data, params, context) {
      const { fitEnsemble } = await import('./ensemble/fit.ts');
      return await fitEnsemble(data, params, context);
    },
    findProblem: ({ facts, columns, nClasses, tensors }) => {
      const { members, weights, temperature } = facts as Partial<EnsembleFacts>;
      const isMember = (member: unknown): boolean =>
        isRecord(member) &&
        names.includes(String(member.name)) &&
        Array.isArray(member.columns) &&
        member.columns.every((name) => columns.includes(String(name))) &&
        member.nClasses === nClasses &&
        isRecord(member.facts);
      const isWeight = (weight: unknown): boolean =>
        Number.isFinite(weight) && (weight as number) >= 0;
      if (
        !Array.isArray(members) ||
        members.length === 0 ||
        !members.every(isMember) ||
        !Array.isArray(weights) ||
        weights.length !== members.length ||
        !weights.every(isWeight) ||
        !isWeight(temperature) ||
        temperature === 0
      ) {
        return 'members, weights or a temperature that are none';
      }
      const problems = unpack(members as MemberFacts[], tensors).map((member) =>
        modelOf(member.name).findProblem(member),
      );
      const at = problems.findIndex((problem) => problem !== null);
      return at < 0 ? null : `a member ${String(members[at].name)} with ${problems[at]}`;
    },
    async open(fitted, machine) {
      const { columns, nClasses } = fitted;
      const { weights, temperature } = fitted.facts as unknown as EnsembleFacts;
      const { createBlend } = await import('./ensemble/predict.ts');
      const opened = [];
      for (const member of membersOf(fitted)) {
        const predictor = await modelOf(member.name).open(member, machine);
        opened.push({ predictor, columns: member.columns });
      }
      return createBlend(opened, { columns, nClasses, weights, temperature });
    },
  });
}

/** The members of an ensemble without a problem, each with its own tensors. */
export function membersOf({ facts, tensors }: FittedModel): FittedModel[] {
  return unpack((facts as unknown as EnsembleFacts).members, tensors);
}

function unpack(
  members: readonly MemberFacts[],
  tensors: Readonly<Record<string, Tensor>>,
): FittedModel[] {
  return members.map((member, i) => {
    const prefix = `${i}/`;
    const own = Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor] as const);
    return { ...member, tensors: Object.fromEntries(own) };
  });
}
