/** Learns a vectorizer from the texts of train. */
import { startTermsFit } from './fit-terms.ts';
import type { Vectorizer } from './vectorizer.ts';
import { listBlocks } from './vectorize-params.ts';
import type { VectorizeParams } from './vectorize-params.ts';

export type FitOptions = Omit<VectorizeParams, 'id' | 'task'>;

/** Texts go in one after another; what is kept of them are the counts of their n-grams. */
export interface VectorizerFit {
  /** null is a text without a term. */
  add(text: string | null): void;
  /**
   * @param source - What messages call the texts.
   * @throws StageError as the fit of each kind of terms does.
   */
  finish(source: string): Vectorizer;
}

export function startVectorizerFit({ column, ...options }: FitOptions): VectorizerFit {
  const fits = listBlocks(options).map(([name, settings]) => ({
    name,
    ...startTermsFit(settings),
  }));
  let nTexts = 0;
  return {
    add(text) {
      nTexts++;
      for (const fit of fits) fit.add(text);
    },
    finish: (source) => ({
      format: 'timberline-vectorizer',
      version: 1,
      column,
      n_samples_seen: nTexts,
      blocks: fits.map(({ name, finish }) => ({ name, ...finish(source) })),
    }),
  };
}

/** {@link startVectorizerFit} with texts that are in memory. */
export function fitVectorizer(
  texts: Iterable<string | null>,
  options: FitOptions,
  source: string,
): Vectorizer {
  const fitting = startVectorizerFit(options);
  for (const text of texts) fitting.add(text);
  return fitting.finish(source);
}
