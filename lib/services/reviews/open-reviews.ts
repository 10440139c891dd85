/** The reviews service with the two bundles that its stage names. */
import { openTable } from '../../data/tables.ts';
import { withDatabase } from '../../data/database.ts';
import { hashFile } from '../../data/hash-files.ts';
import { StageError } from '../../errors.ts';
import { readBundle } from '../../models/bundle.ts';
import type { Bundle } from '../../models/bundle.ts';
import type { Machine } from '../../models/model.ts';
import { openTextScorer } from '../../models/text-scorer.ts';
import { assertColumns } from '../../sql.ts';
import type { Service } from '../service.ts';
import type { CheckedSentence } from './checks.ts';
import { createReviewsService } from './reviews-service.ts';
import type { ServeReviewsParams } from './reviews-params.ts';
import type { Judge } from './sentiment.ts';

interface ReviewsFiles {
  /** Bundle that tells 1, positive, from 0. */
  readonly sentiment: string;
  /** Bundle that tells languages apart. */
  readonly language: string;
  /** Table language, kind, text, positive; null: nothing is checked at the start. */
  readonly checks: string | null;
}

/** @throws StageError E_DATA for a bundle that does not judge texts, or not these classes, or no such table. */
export async function openReviews(
  files: ReviewsFiles,
  params: ServeReviewsParams,
  machine: Machine & { readonly memoryMb: number },
  version: string,
): Promise<Service> {
  const { judge, dispose } = await openJudge(files, machine);
  const facts = {
    sentiment_model: await hashFile(files.sentiment),
    language_model: await hashFile(files.language),
  };
  const checks = files.checks === null ? [] : await readSentences(files.checks, machine);
  return createReviewsService(judge, { params, version, checks, facts, stop: dispose });
}

/**
 * Both models, ready to judge.
 *
 * @throws StageError E_DATA as {@link openReviews} does.
 */
export async function openJudge(
  files: Pick<ReviewsFiles, 'sentiment' | 'language'>,
  machine: Machine,
): Promise<OpenJudge> {
  const sentiment = readTextBundle(files.sentiment);
  if (sentiment.classes.join() !== '0,1') {
    throw new StageError(
      'E_DATA',
      `${files.sentiment} must tell the classes 0 and 1; got ${sentiment.classes.join(', ')}`,
    );
  }
  return await createJudge(sentiment, readTextBundle(files.language), machine);
}

export interface OpenJudge {
  readonly judge: Judge;
  dispose(): void;
}

/** @param sentiment - Tells 0 from 1. */
export async function createJudge(
  sentiment: Bundle,
  language: Bundle,
  machine: Machine,
): Promise<OpenJudge> {
  const [sentiments, languages] = [
    await openTextScorer(sentiment, machine),
    await openTextScorer(language, machine),
  ];
  return {
    async judge(text) {
      // half of a surrogate pair is no character
      const texts = [text.toWellFormed()];
      const [scores, probabilities] = [await sentiments.score(texts), await languages.score(texts)];
      const best = probabilities.indexOf(Math.max(...probabilities));
      return {
        score: scores[1],
        language: String(language.classes[best]),
        languageProbability: probabilities[best],
      };
    },
    dispose() {
      sentiments.dispose();
      languages.dispose();
    },
  };
}

function readTextBundle(file: string): Bundle {
  const bundle = readBundle(file);
  if (bundle.preprocessing.vectorizer !== undefined) return bundle;
  throw new StageError(
    'E_DATA',
    `${file} must be a model of texts; got one of ${bundle.input.length} columns`,
    {
      hint: 'vectorize and train make one of texts (pipelines/reviews)',
    },
  );
}

export async function readSentences(
  file: string,
  machine: { readonly threads: number; readonly memoryMb: number },
): Promise<CheckedSentence[]> {
  return await withDatabase(machine, async (database) => {
    const relation = await openTable(database, file, 'checks');
    assertColumns(relation, ['language', 'kind', 'text', 'positive']);
    const rows = await database.query(
      `SELECT language, kind, text, positive::INTEGER AS positive FROM ${relation.sql}`,
    );
    return rows.map((row) => ({
      language: String(row.language),
      kind: String(row.kind),
      text: String(row.text),
      positive: row.positive === 1,
    }));
  });
}
