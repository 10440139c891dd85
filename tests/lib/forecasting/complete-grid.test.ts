import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { completeGrid } from '../../../lib/forecasting/complete-grid.ts';
import { FREQUENCIES, parseFrequency, toStep, toTime } from '../../../lib/forecasting/frequency.ts';

const test = suite('the complete grid');

test('property: has every series at every step once, in order, under its names', () => {
  const ids = fc.uniqueArray(fc.string(), { maxLength: 5 });
  const first = fc.integer({ min: -300, max: 3000 });
  const draws = fc.tuple(ids, first, fc.nat(20), fc.constantFrom(...FREQUENCIES));
  fc.assert(
    fc.property(draws, ([names, start, more, name]) => {
      const freq = parseFrequency(name);
      const grid = completeGrid(names, toTime(freq, start), toTime(freq, start + more), freq);
      assert.equal(Object.keys(grid), ['unique_id', 'ds']);
      assert.is(grid.unique_id.length, names.length * (more + 1));
      assert.is(grid.ds.length, grid.unique_id.length);
      grid.ds.forEach((time, at) => {
        assert.is(toStep(freq, time), start + (at % (more + 1)));
        assert.is(grid.unique_id[at], names[Math.floor(at / (more + 1))]);
      });
    }),
    { seed: 12, numRuns: 200 },
  );
});

test('is empty without series, and where the end lies before the start', () => {
  const freq = parseFrequency('D');
  assert.equal(completeGrid([], '2024-01-01', '2024-02-01', freq), { unique_id: [], ds: [] });
  assert.equal(completeGrid(['a'], '2024-01-02', '2024-01-01', freq), { unique_id: [], ds: [] });
});

test('has 24 hours in the nights when clocks change', () => {
  for (const day of ['2024-03-31', '2024-10-27']) {
    const grid = completeGrid(['a'], `${day} 00:00`, `${day} 23:00`, parseFrequency('h'));
    assert.is(grid.ds.length, 24);
    assert.is(new Set(grid.ds).size, 24);
    assert.is(grid.ds[2], `${day}T02:00:00`);
  }
});

test('refuses an id that comes twice, and times that begin no step', () => {
  const refuses = (ids: string[], start: string, pattern: RegExp): void =>
    assert.throws(
      () => completeGrid(ids, start, '2024-02-01', parseFrequency('MS')),
      (error: unknown) => error instanceof StageError && pattern.test(error.message),
    );
  refuses(['a', 'b', 'a'], '2024-01-01', /got a twice/);
  refuses(['a'], '2024-01-15', /freq MS; got 2024-01-15/);
  refuses(['a'], 'soon', /got soon/);
});

test.run();
