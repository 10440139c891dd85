import { resolveParams } from '../../lib/params/resolve.ts';
import type { FitOptions } from '../../lib/text/fit-vectorizer.ts';
import { VECTORIZE_SCHEMA } from '../../lib/text/vectorize-params.ts';

/** The options that values as params.yaml has them stand for. */
export function vectorizerOptions(values: Readonly<Record<string, unknown>>): FitOptions {
  const sources = [{ name: 'this test', values }];
  const schema = VECTORIZE_SCHEMA;
  return resolveParams({ options: { schema, prefix: 'vectorize', sources } }).options;
}

/** The defaults. */
export const VECTORIZER_OPTIONS = vectorizerOptions({});
