/** The list at the head of the exploration page: what is as it should be, and what to look at first. */
import { listExamples } from '../errors.ts';
import type { Exploration } from '../exploration/explore.ts';
import type { Remark } from '../exploration/findings.ts';
import { formatCount, formatPercent, formatRows } from './format.ts';
import { markup, type Content, type Html } from './html.ts';
import { caution, verdict } from './page.ts';

/** Classes so much rarer than the largest one are easily never predicted. */
const UNEVEN = 10;

/**
 * One line per question; the gravest answers first.
 *
 * @param classes - What the classes are called.
 */
export function whatToLookAt(exploration: Exploration, classes: readonly string[]): Html[] {
  const answers = [
    leaks(exploration),
    contradictions(exploration),
    duplicates(exploration),
    missing(exploration),
    constant(exploration),
    ids(exploration),
    texts(exploration),
    copies(exploration),
    balance(exploration, classes),
    tails(exploration),
  ].flat();
  return [
    ...answers.filter(({ isGood }) => !isGood),
    ...answers.filter(({ isGood }) => isGood),
  ].map(({ html }) => html);
}

interface Answer {
  readonly isGood: boolean;
  readonly html: Html;
}
const good = (text: string): Answer => ({ isGood: true, html: verdict(true, text) });
const bad = (text: string, more: Content): Answer => ({
  isGood: false,
  html: markup`${verdict(false, text)} ${more}`,
});
const note = (text: Content): Answer => ({ isGood: false, html: caution(text) });

function leaks({ target, findings, n_samples: nSamples }: Exploration): Answer[] {
  if (target === null) return [];
  const { leak_suspects: suspects } = findings;
  if (suspects.length === 0) {
    return nSamples < 30
      ? []
      : [good(`No column decides ${target.name} alone: no leak is suspected.`)];
  }
  return suspects.map(({ name, reason }) =>
    bad(
      `${name} may be a leak: ${reason}.`,
      `Is it known before ${target.name} is? If not, drop it, or the model learns what it cannot know.`,
    ),
  );
}

function contradictions({ duplicates, target, n_samples: nSamples }: Exploration): Answer[] {
  const { contradiction_count: count } = duplicates;
  if (count === null || target === null) return [];
  if (count === 0)
    return [good(`No two rows agree in every feature and differ in ${target.name}.`)];
  return [
    note(
      markup`<b>${formatRows(count)}</b> (${formatPercent(count / nSamples)}) agree in every feature with a row of another ${target.name}; no model can be right about all of them.`,
    ),
  ];
}

function duplicates({ duplicates: found, n_samples: nSamples }: Exploration): Answer[] {
  const { duplicate_count: count, largest_group: largest } = found;
  if (count === 0) return [good('No row repeats another.')];
  return [
    note(
      markup`<b>${formatRows(count)}</b> (${formatPercent(count / nSamples)}) repeat an earlier one${largest > 2 ? `; the most frequent occurs ${formatCount(largest)} times` : ''}. Split them into one part, or the test is seen in training.`,
    ),
  ];
}

function missing({ features, missing_count: count, findings }: Exploration): Answer[] {
  if (count === 0) return [good('No value is missing.')];
  const affected = features
    .filter((feature) => feature.missing_count > 0)
    .toSorted((a, b) => b.missing_count - a.missing_count);
  const nNotFinite = features.reduce(
    (sum, feature) => sum + ('non_finite_count' in feature ? feature.non_finite_count : 0),
    0,
  );
  const names = listExamples(
    affected,
    (feature) => `${feature.name} (${formatCount(feature.missing_count)})`,
  );
  return [
    note(
      markup`<b>${formatCount(count)} values are missing</b>, in ${names}.${findings.mostly_missing.length > 0 ? ` Mostly empty: ${listNames(findings.mostly_missing)}.` : ''}`,
    ),
    ...(nNotFinite > 0
      ? [
          note(
            markup`<b>${formatCount(nNotFinite)} values are NaN or infinite</b>, which normalize refuses: mend them, or leave the cells empty.`,
          ),
        ]
      : []),
  ];
}

function constant({ findings }: Exploration): Answer[] {
  const { constant: same, nearly_constant: nearly } = findings;
  if (same.length + nearly.length === 0) return [good('No column is constant, or nearly so.')];
  return [
    ...(same.length > 0
      ? [
          note(
            markup`<b>Constant:</b> ${listNames(same)}. Nothing is to be learnt from it; drop-columns drops it.`,
          ),
        ]
      : []),
    ...(nearly.length > 0 ? [note(markup`<b>Nearly constant:</b> ${listReasons(nearly)}.`)] : []),
  ];
}

function ids({ findings }: Exploration): Answer[] {
  const { id_suspects: suspects } = findings;
  if (suspects.length === 0) return [];
  return [
    note(
      markup`<b>An id?</b> ${listReasons(suspects)}. A model learns such rows by heart, and nothing for the next ones.`,
    ),
  ];
}

function texts({ features, findings }: Exploration): Answer[] {
  const found = features.filter(
    ({ kind, name }) =>
      kind === 'category' && !findings.id_suspects.some((remark) => remark.name === name),
  );
  if (found.length === 0) return [];
  const names = listExamples(found, (feature) =>
    'n_distinct' in feature
      ? `${feature.name} (${formatCount(feature.n_distinct)} ${feature.n_distinct === 1 ? 'value' : 'values'})`
      : feature.name,
  );
  return [
    note(markup`<b>Texts:</b> ${names}. A network takes numbers alone: encode them, or drop them.`),
  ];
}

function copies({ findings }: Exploration): Answer[] {
  const { copies: found } = findings;
  return found.length === 0 ? [] : [note(markup`<b>Copies:</b> ${listReasons(found)}.`)];
}

function balance({ target }: Exploration, classes: readonly string[]): Answer[] {
  if (target?.kind !== 'classes') return [];
  const counts = target.classes.map(({ count }) => count);
  if (counts.length === 1) {
    return [bad(`${target.name} has a single class.`, 'There is nothing to tell apart.')];
  }
  const ratio = Math.max(...counts) / Math.min(...counts);
  if (ratio < UNEVEN) return [good('The classes are of about one size.')];
  const rarest = counts.indexOf(Math.min(...counts));
  return [
    note(
      markup`<b>Uneven classes:</b> the largest has ${formatCount(Math.round(ratio))} times the rows of the rarest (${classes[rarest]}, ${formatRows(counts[rarest])}). Accuracy hides what happens to that one: watch macro F1; rebalance and class weights can help.`,
    ),
  ];
}

function tails({ findings }: Exploration): Answer[] {
  const { skewed, far_out: farOut } = findings;
  return [
    ...(skewed.length > 0
      ? [note(markup`<b>Long tails:</b> ${listNames(skewed)}; scale them by quantile, as below.`)]
      : []),
    ...(farOut.length > 0
      ? [
          note(
            markup`<b>Values far out:</b> ${listReasons(farOut)}; mistakes, or the rows that matter most?`,
          ),
        ]
      : []),
  ];
}

function listNames(remarks: readonly Remark[]): string {
  return listExamples(remarks, ({ name }) => name);
}

function listReasons(remarks: readonly Remark[]): string {
  return listExamples(remarks, ({ name, reason }) => `${name} (${reason})`);
}
