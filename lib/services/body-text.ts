/** The text of a body: UTF-8, or refused; other bytes taken for it would be kept as what nobody wrote. */
import { requestError } from './error-replies.ts';
import type { IncomingHttpHeaders } from 'node:http';

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * @param headers - A content type without a charset says UTF-8.
 * @returns Without the mark of byte order that may stand before it.
 * @throws a request error, 415 for another charset, 400 for bytes that are no UTF-8.
 */
export function decodeBody(
  body: Uint8Array,
  { 'content-type': contentType = '' }: IncomingHttpHeaders,
): string {
  const charset = CHARSET.exec(contentType)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) {
    throw requestError(415, `the charset of the body must be utf-8; got ${charset}`);
  }
  try {
    return decoder.decode(body);
  } catch (error) {
    throw requestError(400, 'the body must be UTF-8', undefined, error);
  }
}
