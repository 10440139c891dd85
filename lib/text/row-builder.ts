/** Rows of a sparse matrix, from counts of one row after another. */
import type { CsrMatrix } from '../sparse/csr.ts';
import type { NORMS } from './vectorize-params.ts';

export interface Weighting {
  /** Whether n times count 1 + ln(n). */
  readonly sublinear_tf: boolean;
  /** What each count is multiplied by, shape (nColumns). */
  readonly weights: Float64Array;
  readonly norm: (typeof NORMS)[number];
}

const N_FIRST_PLACES = 1024;

/** Counts of a row, the end of it, and so on; `build` gives the rows since the last one. */
export interface RowBuilder {
  count(column: number): void;
  endRow(): void;
  build(): CsrMatrix;
}

export function createRowBuilder(
  nColumns: number,
  { sublinear_tf: isSublinear, weights, norm }: Weighting,
): RowBuilder {
  const counts = new Float64Array(nColumns);
  let touched = new Uint32Array(N_FIRST_PLACES);
  let nTouched = 0;
  let ends = [0];
  let indices = new Uint32Array(N_FIRST_PLACES);
  let values = new Float32Array(N_FIRST_PLACES);
  let nStored = 0;

  return {
    count(column) {
      if (counts[column]++ > 0) return;
      if (nTouched === touched.length) touched = enlarge(touched, 2 * nTouched);
      touched[nTouched++] = column;
    },
    endRow() {
      const columns = touched.subarray(0, nTouched).sort();
      let sum = 0;
      for (const column of columns) {
        const frequency = isSublinear ? 1 + Math.log(counts[column]) : counts[column];
        counts[column] = frequency * weights[column];
        sum += counts[column] ** 2;
      }
      const length = norm === 'l2' ? Math.sqrt(sum) : 1;
      const end = nStored + nTouched;
      if (end > indices.length) {
        indices = enlarge(indices, 2 * end);
        values = enlarge(values, 2 * end);
      }
      for (const column of columns) {
        indices[nStored] = column;
        values[nStored++] = counts[column] / length;
        counts[column] = 0;
      }
      nTouched = 0;
      ends.push(end);
    },
    build() {
      const matrix = {
        nRows: ends.length - 1,
        nColumns,
        indptr: Uint32Array.from(ends),
        indices: indices.slice(0, nStored),
        values: values.slice(0, nStored),
      };
      ends = [0];
      nStored = 0;
      return matrix;
    },
  };
}

function enlarge<T extends Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  array: T,
  length: number,
): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
