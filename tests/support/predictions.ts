/** Small tables of predictions, as `evaluate` writes them. */
export interface PredictedRow {
  readonly id: number | string;
  readonly actual: string;
  readonly prediction: string;
}

/** CSV of rows that are predicted with 0.6, the rest shared by the other classes. */
export function predictionsCsv(rows: readonly PredictedRow[], classes: readonly string[]): string {
  const header = [
    'row_id',
    'actual',
    'prediction',
    ...classes.map((name) => `probability_${name}`),
  ];
  const rest = 0.4 / (classes.length - 1);
  const lines = rows.map(({ id, actual, prediction }) => [
    ...[id, actual, prediction],
    ...classes.map((name) => (name === prediction ? 0.6 : rest)),
  ]);
  return `${[header, ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}

/** Rows of classes in turn, of which the first `nWrong` are taken for the next class. */
export function makePredictedRows(
  n: number,
  nWrong: number,
  classes: readonly string[],
): PredictedRow[] {
  return Array.from({ length: n }, (_, id) => {
    const next = id < nWrong ? 1 : 0;
    const actual = classes[id % classes.length];
    return { id, actual, prediction: classes[(id + next) % classes.length] };
  });
}
