/** Sentences that were written to try the models of reviews, judged: a table, and shares that are right. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { assertAtLeast } from '../../metrics/gates.ts';
import type { Machine } from '../../models/model.ts';
import { judgeAll, summarizeChecks } from './checks.ts';
import { openJudge, readSentences } from './open-reviews.ts';
import { sentimentOf } from './sentiment.ts';
import { writeMetrics } from '../../data/json-files.ts';

interface SentencePaths {
  readonly in: string;
  readonly sentiment: string;
  readonly language: string;
  readonly out: string;
  readonly metrics: string;
}

/**
 * @returns Shares of sentences that are right: `sentiment` and `language` of all, `sentiment_<language>_<kind>` of
 *   some; `n_sentences`.
 */
export async function judgeSentences(
  paths: SentencePaths,
  machine: Machine & { readonly memoryMb: number },
): Promise<Record<string, number | null>> {
  const sentences = await readSentences(paths.in, machine);
  const { judge, dispose } = await openJudge(paths, machine);
  try {
    const judged = await judgeAll(judge, sentences);
    const rows = judged.map(({ sentence, judgement: { score, language }, isRight }) => ({
      language: sentence.language,
      kind: sentence.kind,
      positive: Number(sentence.positive),
      score: score.toFixed(4),
      sentiment: sentimentOf(score),
      judged_language: language,
      is_right: Number(isRight),
      text: sentence.text,
    }));
    writeFileSync(paths.out, stringify(rows, { header: true }));
    const results = summarizeChecks(judged);
    const shareOf = (key: 'sentimentShare' | 'languageShare'): number =>
      results.reduce((n, result) => n + result[key] * result.nSentences, 0) / sentences.length;
    return writeMetrics(paths.metrics, {
      sentiment: shareOf('sentimentShare'),
      language: shareOf('languageShare'),
      ...Object.fromEntries(
        results.map(({ language, kind, sentimentShare }) => [
          `sentiment_${language}_${kind.replaceAll(' ', '_')}`,
          sentimentShare,
        ]),
      ),
      n_sentences: sentences.length,
    });
  } finally {
    dispose();
  }
}

/** @throws StageError E_GATE for a share that is below its least. */
export function assertSentenceGates(
  { sentiment, language }: Readonly<Record<string, number | null>>,
  least: { readonly minSentimentShare: number; readonly minLanguageShare: number },
  report: string,
): void {
  const what = (shown: string): string => `share of sentences whose ${shown} is right`;
  const values = [
    { what: what('sentiment'), value: sentiment, least: least.minSentimentShare },
    { what: what('language'), value: language, least: least.minLanguageShare },
  ];
  assertAtLeast(values, report);
}
