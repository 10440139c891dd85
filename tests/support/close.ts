import * as assert from 'uvu/assert';

/**
 * Asserts that numbers agree to `tolerance` times `scale`.
 *
 * @param scale - Left out: the largest absolute value expected.
 */
export function assertClose(
  actual: number | ArrayLike<number>,
  expected: number | ArrayLike<number>,
  tolerance: number,
  scale?: number,
): void {
  const found = toArray(actual);
  const wanted = toArray(expected);
  assert.is(found.length, wanted.length, 'length');
  const unit = scale ?? wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  found.forEach((value, i) => {
    const isClose = value === wanted[i] || Math.abs(value - wanted[i]) <= tolerance * unit;
    assert.ok(isClose, `${value} is not ${wanted[i]} (item ${i}, tolerance ${tolerance * unit})`);
  });
}

function toArray(values: number | ArrayLike<number>): number[] {
  return typeof values === 'number' ? [values] : Array.from(values);
}
