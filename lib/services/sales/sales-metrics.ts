/** What Prometheus learns of the sales beside what every service tells. */
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CheckedRows } from '../../ingestion/rows.ts';
import type { PostCounts } from '../../ingestion/medallion.ts';
import type { SalesStore } from '../../ingestion/sales-store.ts';

/** What a refusal may be about; anything else that a caller wrote would be a series of its own. */
const FIELDS = new Set(['year_week', 'date', 'vegetable', 'sales', 'kilo_sold']);

export interface SalesMetrics {
  countPost(checked: CheckedRows, counts: PostCounts): void;
}

export function measureSales(registry: Registry, store: SalesStore): SalesMetrics {
  const registers = [registry];
  const rows = new Counter({
    name: 'sales_rows_posted_total',
    help: 'Rows that were posted, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const faults = new Counter({
    name: 'sales_refused_fields_total',
    help: 'Fields for which rows were refused',
    labelNames: ['field'],
    registers,
  });
  new Gauge({
    name: 'sales_rows',
    help: 'Rows of each table',
    labelNames: ['table'],
    registers,
    collect() {
      this.set({ table: 'bronze' }, store.bronze().length);
      this.set({ table: 'silver' }, store.silver().length);
      this.set({ table: 'gold' }, store.gold().length);
    },
  });
  new Gauge({
    name: 'sales_unknown_vegetables',
    help: 'Names of bronze of which no vegetable could be told',
    registers,
    collect() {
      this.set(store.names().filter(({ match }) => match === 'none').length);
    },
  });
  for (const outcome of ['new', 'changed', 'unchanged', 'refused']) rows.inc({ outcome }, 0);
  for (const field of [...FIELDS, 'row']) faults.inc({ field }, 0);
  return {
    countPost({ refused, nRefusedRows }, { nNew, nChanged, nUnchanged }) {
      rows.inc({ outcome: 'new' }, nNew);
      rows.inc({ outcome: 'changed' }, nChanged);
      rows.inc({ outcome: 'unchanged' }, nUnchanged);
      rows.inc({ outcome: 'refused' }, nRefusedRows);
      for (const { field } of refused) {
        faults.inc({ field: field !== null && FIELDS.has(field) ? field : 'row' });
      }
    },
  };
}
