import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createSortedTable } from '../../../lib/ingestion/sorted-table.ts';

const test = suite('sorted table');

type Row = readonly [key: number, value: number];
const byKey = (a: Row, b: Row): number => a[0] - b[0];
const put = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer()), {
  selector: ([key]) => key,
  maxLength: 150,
  size: 'max',
});

test('rows are in order, and the last one of a key stays, in small lots and in large ones', () => {
  fc.assert(
    fc.property(fc.array(put, { maxLength: 6 }), (lots) => {
      const table = createSortedTable(byKey);
      const expected = new Map<number, number>();
      for (const lot of lots) {
        table.put(lot);
        for (const [key, value] of lot) expected.set(key, value);
        assert.equal(table.rows, [...expected].toSorted(byKey));
      }
    }),
    { seed: 13, numRuns: 100 },
  );
});

test.run();
