/** Lines of LightGBM's text, `name=value`, and the lists of numbers in them. */
import type { Refuse } from '../../tensors/bytes.ts';

/** The lines of one tree, or of the head, by name. */
export type Block = ReadonlyMap<string, string>;

export function decode(bytes: Buffer): string {
  return bytes.toString('latin1');
}

export function parseLines(text: string): Block {
  const lines = text.split('\n').map((line): [string, string] => {
    const at = line.indexOf('=');
    return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
  });
  return new Map(lines);
}

/** Numbers in a list that a space parts. */
export function count(list: string | undefined): number {
  if (list === undefined || list === '') return 0;
  let n = 1;
  for (let at = list.indexOf(' '); at >= 0; at = list.indexOf(' ', at + 1)) n++;
  return n;
}

export function numbers(lines: Block, name: string): number[] {
  const list = lines.get(name);
  return list === undefined || list === '' ? [] : list.split(' ').map(Number);
}

/** May be infinite: then only missing values go right. */
export function thresholds(lines: Block, refuse: Refuse): Float64Array {
  const list = lines.get('threshold') ?? '';
  if (!list.includes('inf')) return finite(lines, 'threshold', refuse);
  return Float64Array.from(list.split(' '), (text) => {
    const value = text === 'inf' ? Infinity : Number(text);
    if (Number.isNaN(value)) refuse(`${text} as threshold`);
    return value;
  });
}

export function finite(lines: Block, name: string, refuse: Refuse): Float64Array {
  const values = Float64Array.from(numbers(lines, name));
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) refuse(`${lines.get(name)!.split(' ')[wrong]} as ${name}`);
  return values;
}

export function integers(lines: Block, name: string, refuse: Refuse): Int32Array {
  const values = finite(lines, name, refuse);
  const integers = Int32Array.from(values);
  const wrong = values.findIndex((value, i) => value !== integers[i]);
  if (wrong >= 0) refuse(`${values[wrong]} as ${name}`);
  return integers;
}
