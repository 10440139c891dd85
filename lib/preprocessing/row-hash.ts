import { identifier } from '../sql.ts';

/**
 * SQL of the hash by which rows are drawn: md5(`<seed>:<value>`), as 32 hexadecimal digits. Every SQL engine
 * has it, neither position nor thread changes it, and at 128 bits no two values of a table share it.
 *
 * @param seed - The seed; a purpose behind it (`42:rebalance`) gives draws of their own.
 */
export function rowHash(seed: string | number, column: string): string {
  return `md5(concat('${seed}:', ${identifier(column)}))`;
}
