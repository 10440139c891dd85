/** What the order is worth that a model of two classes puts rows in. */
import type { Evaluation } from '../metrics/evaluate.ts';
import { formatCount, formatPercent } from './format.ts';
import { bar, paragraph, table, type Section } from './page.ts';

/** @param names - Of both classes. */
export function liftSections(
  { lift }: Pick<Evaluation, 'lift'>,
  names: readonly string[],
): Section[] {
  if (lift.length === 0) return [];
  const [first] = lift;
  const summary =
    `In the tenth of the rows that are most probably ${names[1]}, ${formatPercent(first.share)} are: ` +
    `${first.lift.toFixed(2)} times as many as in all rows.`;
  const rows = table({
    caption:
      'Tenths of the rows, the most probable first. Lift: share over that of all rows. Gain: how many of all such rows are in ' +
      'this tenth and those before.',
    columns: [
      { label: 'Tenth', isNumeric: true },
      { label: 'Rows', isNumeric: true },
      { label: 'Mean probability', isNumeric: true },
      { label: `Share of ${names[1]}`, isNumeric: true },
      { label: 'Lift', isNumeric: true },
      { label: 'Gain' },
    ],
    rows: lift.map((band, i) => [
      String(i + 1),
      formatCount(band.nSamples),
      formatPercent(band.probability),
      formatPercent(band.share),
      band.lift.toFixed(2),
      bar(band.gain, formatPercent(band.gain)),
    ]),
  });
  return [{ heading: 'What its order is worth', content: [paragraph(summary), rows] }];
}
