import { identifier } from '../sql.ts';

/**
 * SQL of the hash by which rows are drawn: the first 8 bytes of md5(`<seed>:<value>`), as 16 hexadecimal
 * digits. Every SQL engine has it, and neither position nor thread changes it.
 *
 * @param seed - The seed; a purpose behind it (`42:rebalance`) gives draws of their own.
 */
export function rowHash(seed: string | number, column: string): string {
  return `left(md5(concat('${seed}:', ${identifier(column)})), 16)`;
}
