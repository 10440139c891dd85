/** What MLflow takes, asked before anything is written, so that no run in the queue is refused later. */
export type ParamValue = string | number | boolean | null | readonly (string | number)[];

/** The longest value of a param. */
const MAX_PARAM = 6000;
const NAME = /^[\w./ :-]{1,250}$/;

/** @throws Error for a name that MLflow refuses. */
export function assertName(kind: string, name: string): void {
  const isPath = !name.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (NAME.test(name) && isPath) return;
  throw new Error(
    `the name of a ${kind} must be of letters, digits, _, -, ., :, / and spaces, at most 250; got ${name}`,
  );
}

/** @throws Error for a name that MLflow refuses for a model. */
export function assertModelName(name: string): void {
  if (/^[\w -]{1,250}$/.test(name)) return;
  throw new Error(`the name of a model must be of letters, digits, _, - and spaces; got ${name}`);
}

/** Params as texts: lists with commas, null as null. */
export function toParamTexts(values: Readonly<Record<string, ParamValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      assertName('param', key);
      const text = String(Array.isArray(value) ? value.join(',') : value);
      if (text.length > MAX_PARAM) {
        throw new Error(`the param ${key} must be at most ${MAX_PARAM} long; got ${text.length}`);
      }
      return [key, text];
    }),
  );
}
