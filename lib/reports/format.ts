/** Numbers as the pages write them, the same in every locale. */

/** "116,203"; whole numbers only. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 row", "116,203 rows". */
export function formatRows(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'row' : 'rows'}`;
}

/** "95.7 %"; a share that is not quite nothing, or not quite all, does not look as if it were. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1 %';
  if (share < 1 && share >= 0.9995) return '>99.9 %';
  return `${(share * 100).toFixed(1)} %`;
}

/** Four decimals; "–" where there is no value. */
export function formatScore(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}
