/**
 * Words too frequent to tell texts apart, by language.
 *
 * english: the 318 of scikit-learn, which `stop_words='english'` means there. french, spanish: the 165 and 577 of
 * \@orama/stopwords (Apache-2.0). Like any such list they hold words that can matter, the Spanish one `bien` and `mal`.
 */
import { stopwords as french } from '@orama/stopwords/french';
import { stopwords as spanish } from '@orama/stopwords/spanish';
import { ENGLISH_STOP_WORDS } from './english-stop-words.ts';
import type { StopWordLanguage } from './vectorize-params.ts';

const LISTS: Readonly<Record<StopWordLanguage, readonly string[]>> = {
  english: ENGLISH_STOP_WORDS,
  french,
  spanish,
};

/** The words of all languages, as their sources have them. */
export function listStopWords(languages: readonly StopWordLanguage[]): string[] {
  return languages.flatMap((language) => LISTS[language]);
}
