/**
 * Sentences whose sentiment is known, put to the models when the service starts: what it gets wrong stands in log and
 * metrics before a caller finds it.
 */
import type { Judge, Judgement } from './sentiment.ts';

export interface CheckedSentence {
  readonly language: string;
  /** What makes it hard: negation, promotion … */
  readonly kind: string;
  readonly text: string;
  readonly positive: boolean;
}

/** How many sentences of one language and kind are right. */
export interface CheckResult {
  readonly language: string;
  readonly kind: string;
  readonly nSentences: number;
  /** Share whose sentiment is right: a score above .5 is positive. */
  readonly sentimentShare: number;
  /** Share whose language is. */
  readonly languageShare: number;
}

export interface JudgedSentence {
  readonly sentence: CheckedSentence;
  readonly judgement: Judgement;
  /** Whether its sentiment is. */
  readonly isRight: boolean;
}

export async function judgeAll(
  judge: Judge,
  sentences: readonly CheckedSentence[],
): Promise<JudgedSentence[]> {
  return await Promise.all(
    sentences.map(async (sentence) => {
      const judgement = await judge(sentence.text);
      return { sentence, judgement, isRight: judgement.score > 0.5 === sentence.positive };
    }),
  );
}

export function summarizeChecks(judged: readonly JudgedSentence[]): CheckResult[] {
  const groups = Map.groupBy(judged, ({ sentence: { language, kind } }) =>
    JSON.stringify([language, kind]),
  );
  return Array.from(groups.values(), (group) => {
    const { language, kind } = group[0].sentence;
    const shareOf = (holds: (one: JudgedSentence) => boolean): number =>
      group.filter(holds).length / group.length;
    return {
      language,
      kind,
      nSentences: group.length,
      sentimentShare: shareOf(({ isRight }) => isRight),
      languageShare: shareOf(({ judgement }) => judgement.language === language),
    };
  });
}
