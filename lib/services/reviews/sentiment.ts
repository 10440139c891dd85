/** What the service says of a text. Pure but for the two models, which are arguments. */

export const SENTIMENTS = [
  'very negative',
  'negative',
  'neutral',
  'positive',
  'very positive',
] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

/** Fifths of the scores: the middle one, around .5, is neutral. */
export function sentimentOf(score: number): Sentiment {
  return SENTIMENTS[Math.min(SENTIMENTS.length - 1, Math.floor(score * SENTIMENTS.length))];
}

/** How the models judge a text. */
export interface Judgement {
  /** Probability that the text is positive, in [0, 1]. */
  readonly score: number;
  /** The most probable one. */
  readonly language: string;
  readonly languageProbability: number;
}

/** Judges one text; keeps nothing of it. */
export type Judge = (text: string) => Promise<Judgement>;

export interface Analysis {
  readonly text: string;
  readonly sentiment: Sentiment;
  readonly score: number;
  /** null: too little to tell by. */
  readonly language: string | null;
  readonly language_probability: number;
}

export async function analyze(
  judge: Judge,
  text: string,
  minLanguageProbability: number,
): Promise<Analysis> {
  const { score, language, languageProbability } = await judge(text);
  return {
    text,
    sentiment: sentimentOf(score),
    score,
    language: languageProbability >= minLanguageProbability ? language : null,
    language_probability: languageProbability,
  };
}
