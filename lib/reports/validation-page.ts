/** The page of `validate`: what failed comes first, with counts, shares and the first rows. */
import { formatCount } from './format.ts';
import { foldNames } from '../column-names.ts';
import { formatPercent, subjectOf } from '../validation/describe.ts';
import type { Example, ExpectationResult, Validation } from '../validation/result.ts';
import { markup } from './html.ts';
import type { Content, Html } from './html.ts';
import { bar, keyNumbers, list, page, paragraph, table, verdict } from './page.ts';
import type { Section } from './page.ts';

/** The whole document. Same validation, same bytes. */
export function validationPage(validation: Validation): string {
  const { data, contract, success, results, statistics } = validation;
  const { evaluated_expectations: nEvaluated, successful_expectations: nHold } = statistics;
  const failed = results.filter((result) => result.success === false);
  const tolerated = results.filter((result) => result.success && result.unexpected_count > 0);
  const skipped = results.filter((result) => result.success === null);
  const held = results.filter((result) => result.success && result.unexpected_count === 0);
  return page({
    title: `Validation of ${data}`,
    subtitle: `Held against the contract ${contract}`,
    sections: [
      {
        heading: 'Verdict',
        content: [
          paragraph(
            success
              ? verdict(true, 'The table is what the contract asks for.')
              : verdict(false, 'The table is not what the contract asks for.'),
          ),
          keyNumbers([
            { label: 'Expectations that hold', value: `${nHold} of ${nEvaluated}` },
            { label: 'Failed', value: formatCount(failed.length) },
            { label: 'Skipped', value: formatCount(skipped.length) },
            { label: 'Rows', value: formatCount(validation.n_rows) },
            { label: 'Columns', value: formatCount(validation.n_columns) },
          ]),
        ],
      },
      ...section('Failed', failed, (some) => [violations('In the order of the contract', some)]),
      ...section('Within tolerance', tolerated, (some) => [
        violations('Not always as expected, but often enough', some),
      ]),
      ...section('Skipped', skipped, (some) => [
        list(some.map((result) => `${subjectOf(result)} must ${result.must}: ${result.reason}`)),
      ]),
      ...section('Hold without exception', held, (some) => [holding(some)]),
    ],
  });
}

function section(
  heading: string,
  results: readonly ExpectationResult[],
  content: (results: readonly ExpectationResult[]) => readonly Html[],
): Section[] {
  return results.length === 0 ? [] : [{ heading, content: content(results) }];
}

function violations(caption: string, results: readonly ExpectationResult[]): Html {
  return table({
    caption,
    columns: [
      { label: 'Expectation' },
      { label: 'unexpected', isNumeric: true },
      { label: 'of', isNumeric: true },
      { label: 'share' },
      { label: 'first' },
    ],
    rows: results.map((result): Content[] => {
      const { must, mostly, contract_line: line, unexpected_percent: percent } = result;
      const remarks = [
        ...(mostly < 1 ? [`mostly ${mostly}`] : []),
        ...(line === null ? [] : [`contract line ${line}`]),
      ];
      return [
        markup`<div>${subjectOf(result)}</div><div>must ${must}</div><small>${remarks.join(', ')}</small>`,
        formatCount(result.unexpected_count),
        formatCount(result.element_count - result.missing_count),
        bar(percent / 100, formatPercent(percent)),
        result.examples.map(example),
      ];
    }),
  });
}

function example({ line, value }: Example): Html {
  const where = line === null ? '' : `line ${line}`;
  const parts = [where, value].filter((part) => part !== '');
  return markup`<div>${parts.join(': ')}</div>`;
}

/** Columns that one line of the contract names stand in one row. */
function holding(results: readonly ExpectationResult[]): Html {
  const groups = Map.groupBy(results, (result) =>
    JSON.stringify([result.must, result.contract_line]),
  );
  return table({
    caption: 'No row speaks against these',
    columns: [{ label: 'What' }, { label: 'must' }, { label: 'missing', isNumeric: true }],
    rows: [...groups.values()].map((group): Content[] => {
      const columns = group.flatMap((result) => result.columns);
      const nMissing = group.reduce((sum, result) => sum + result.missing_count, 0);
      return [
        group.length === 1 ? subjectOf(group[0]) : (foldNames(columns) ?? columns.join(', ')),
        group[0].must,
        formatCount(nMissing),
      ];
    }),
  });
}
