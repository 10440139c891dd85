/**
 * Sentences whose sentiment is known, put to the models when the service starts: what it gets wrong stands in log and
 * metrics before a caller finds it.
 */
import type { Judge } from './sentiment.ts';

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

export async function checkSentences(
  judge: Judge,
  sentences: readonly CheckedSentence[],
): Promise<CheckResult[]> {
  const groups = Map.groupBy(sentences, ({ language, kind }) => JSON.stringify([language, kind]));
  const results: CheckResult[] = [];
  for (const group of groups.values()) {
    const [{ language, kind }] = group;
    const judged = await Promise.all(group.map(async ({ text }) => await judge(text)));
    const shareOf = (isRight: (at: number) => boolean): number =>
      group.filter((_, at) => isRight(at)).length / group.length;
    results.push({
      language,
      kind,
      nSentences: group.length,
      sentimentShare: shareOf((at) => judged[at].score > 0.5 === group[at].positive),
      languageShare: shareOf((at) => judged[at].language === language),
    });
  }
  return results;
}
