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

/** A quantity of any size in three digits or more: "0.125", "28.4", "2,959", "0"; "1.2e-7" when it is tiny. */
export function formatMeasure(value: number): string {
  const size = Math.abs(value);
  if (size >= 999.5) return `${value < 0 ? '-' : ''}${formatCount(Math.round(size))}`;
  if (size > 0 && size < 0.0005) return value.toExponential(1);
  const digits = size >= 99.5 ? 1 : size >= 9.95 ? 2 : 3;
  return String(Number(value.toFixed(Math.max(0, digits))));
}

/** "95 %" of 0.95. */
export function formatLevel(level: number): string {
  return `${Number((level * 100).toFixed(2))} %`;
}

/** "+0.0021", "-0.0004", "0.0000"; "–" where there is none. */
export function formatDifference(difference: number | null): string {
  if (difference === null) return '–';
  const text = difference.toFixed(4);
  if (Number(text) === 0) return '0.0000';
  return difference > 0 ? `+${text}` : text;
}

/** "p < 0.001", "p = 0.034", "p = 1". */
export function formatPValue(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${Number(pValue.toPrecision(2))}`;
}

/** "207 kB", "13.4 MB". */
export function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
