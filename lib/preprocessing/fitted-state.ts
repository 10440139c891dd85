/** The head of every fitted state, by which a reader knows what it has before it. */
import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';

export interface FittedState<F extends string> {
  readonly format: F;
  readonly version: 1;
}

/**
 * `value` as the state that its head says it is.
 *
 * @param has - Whether the rest has the shape of the state.
 * @param source - What messages call it.
 * @throws StageError E_DATA for another format, another version, or another shape.
 */
export function parseFittedState<S extends FittedState<string>>(
  value: unknown,
  format: S['format'],
  has: (state: Record<string, unknown>) => boolean,
  source: string,
): S {
  const got = !isRecord(value)
    ? 'something else'
    : value.format !== format
      ? `format ${JSON.stringify(value.format)}`
      : value.version !== 1
        ? `version ${JSON.stringify(value.version)}`
        : has(value)
          ? null
          : 'fields that do not fit';
  if (got === null) return value as unknown as S;
  throw new StageError('E_DATA', `${source} must hold ${format}, version 1; got ${got}`, {
    hint: 'run the stage that writes it again',
  });
}
