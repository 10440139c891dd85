import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitPrincipalComponents, transform } from '../../../lib/clustering/principal-components.ts';
import { assertClose } from '../../support/close.ts';

const test = suite('principal components');

test('finds the line on which rows lie, and their places on it', () => {
  // along (3, 4) / 5 around (3, 4), at -5, 0 and 5
  const X = Float32Array.of(0, 0, 3, 4, 6, 8);
  const fitted = fitPrincipalComponents(X, 2, 2);
  assertClose(fitted.components[0], [0.6, 0.8], 1e-12);
  assertClose(fitted.explainedVarianceRatio, [1, 0], 1e-12);
  assertClose(transform(fitted, X), [-5, 0, 0, 0, 5, 0], 1e-12);
});

test('explains nothing where all rows are alike', () => {
  const fitted = fitPrincipalComponents(Float32Array.of(1, 2, 1, 2), 2, 2);
  assert.equal(fitted.explainedVarianceRatio, [0, 0]);
  assertClose(transform(fitted, Float32Array.of(1, 2)), [0, 0], 1e-12, 1);
});

test('points every component to where its largest entry is positive', () => {
  const fitted = fitPrincipalComponents(Float32Array.of(0, 0, 1, -2, 2, -4, 5, 3), 2, 2);
  for (const component of fitted.components) {
    const largest = component.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    assert.ok(largest > 0);
  }
});

const folder = new URL('../../golden/k-means/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const given = read('input.json') as Record<string, { n_features: number; X: number[] }>;
const expected = read('expected.json') as Record<
  string,
  { explained_variance_ratio: number[]; components: number[][] }
>;

for (const [name, { X, n_features }] of Object.entries(given)) {
  test(`golden, ${name}: components and shares are those of scikit-learn`, () => {
    const fitted = fitPrincipalComponents(Float32Array.from(X), n_features, 2);
    const { explained_variance_ratio, components } = expected[name];
    assertClose(fitted.explainedVarianceRatio, explained_variance_ratio, 1e-9);
    components.forEach((component, c) => {
      const dot = component.reduce((sum, value, d) => sum + value * fitted.components[c][d], 0);
      assertClose(
        fitted.components[c].map((value) => Math.sign(dot) * value),
        component,
        1e-9,
      );
    });
  });
}

test.run();
