/** Whether a column drifted: its distances between reference and current, and the one that decides. Pure. */
import { binBoth } from './bins.ts';
import type { Bins } from './bins.ts';
import {
  jensenShannonDistance,
  populationStabilityIndex,
  unseenShare,
  wassersteinDistance,
} from './distances.ts';
import type { ColumnProfile } from './profiles.ts';

export const DRIFT_TESTS = ['jensen_shannon', 'wasserstein', 'psi', 'unseen_share'] as const;
export type DriftTest = (typeof DRIFT_TESTS)[number];
/** null where a test is not of such columns: wasserstein of texts, unseen_share of numbers. */
export type DriftScores = Readonly<Record<DriftTest, number | null>>;

export interface ColumnDrift {
  readonly scores: DriftScores;
  /** The one that decides. */
  readonly test: DriftTest;
  /** Of that test. */
  readonly score: number;
  /** Whether the score reaches the threshold. */
  readonly isDrifted: boolean;
  readonly bins: Bins;
}

/** Of every test, as Evidently has it. */
export const DRIFT_THRESHOLD = 0.1;

/** Distinct numbers of both columns up to which they are compared as categories are. */
const MAX_CATEGORIES = 5;

/**
 * Compares a column of two tables.
 *
 * Decides as Evidently does by default for more than 1,000 reference rows, whatever their number: texts, and numbers
 * with at most 5 distinct values in both, by the Jensen-Shannon distance; other numbers by the Wasserstein distance.
 * (For fewer rows Evidently takes p-values, which say how sure a difference is and not how great.)
 *
 * @param reference - With at least one value, as `current`, and of its kind.
 * @param options.test - The test that decides, where it is of such columns; null: as above.
 */
export function measureDrift(
  reference: ColumnProfile,
  current: ColumnProfile,
  { threshold, test = null }: { readonly threshold: number; readonly test?: DriftTest | null },
): ColumnDrift {
  const bins = binBoth(reference, current);
  const isNumeric = reference.kind === 'number' && current.kind === 'number';
  const scores: DriftScores = {
    jensen_shannon: jensenShannonDistance(bins.reference, bins.current),
    wasserstein: isNumeric ? wassersteinDistance(reference, current, reference.std) : null,
    psi: populationStabilityIndex(bins.reference, bins.current),
    unseen_share: isNumeric ? null : unseenShare(bins.reference, bins.current),
  };
  const deciding = test !== null && scores[test] !== null ? test : chooseTest(reference, bins);
  const score = scores[deciding]!;
  return { scores, test: deciding, score, isDrifted: score >= threshold, bins };
}

function chooseTest({ kind }: ColumnProfile, { kind: by, labels }: Bins): DriftTest {
  const areFew = by === 'values' && labels.length <= MAX_CATEGORIES;
  return kind === 'category' || areFew ? 'jensen_shannon' : 'wasserstein';
}
