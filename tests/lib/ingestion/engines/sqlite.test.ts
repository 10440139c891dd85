import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testEngine } from '../../../support/sales-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
let nLocations = 0;

testEngine({
  engine: 'app_sql',
  makeLocation: () => join(folder, `${nLocations++}`, 'sales.sqlite'),
  after: () => rmSync(folder, { recursive: true, force: true }),
  numRuns: 2,
});
