/** The golden rows of a bundle: raw rows that must get what the model gave them when it was made. */
import { StageError } from '../errors.ts';
import { outputScale } from './bundle.ts';
import type { Bundle } from './bundle.ts';

/** Between the processor that made the bundle and this one; the last bits of kernels differ. */
const GOLDEN_TOLERANCE = 1e-4;

/**
 * @param score - Gives all that the golden rows get, one after another; not called where the bundle, still in the
 *   making, has none.
 * @throws StageError E_DATA when they do not get what the bundle says.
 */
export async function assertGolden(
  { golden }: Bundle,
  score: () => Promise<ArrayLike<number>>,
): Promise<void> {
  const { probabilities, predictions } = golden;
  const expected = predictions ?? probabilities.flat();
  if (expected.length === 0) return;
  const found = await score();
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[i])));
  const what = predictions === undefined ? 'probabilities' : 'numbers';
  const tolerance = GOLDEN_TOLERANCE * outputScale(golden);
  if (found.length === expected.length && worst <= tolerance) return;
  throw new StageError(
    'E_DATA',
    `the model must give its golden rows the ${what} it was made with, within ${tolerance}; got a difference of ${worst}`,
    { hint: 'the file is damaged, or was made by another version; train the model again' },
  );
}
