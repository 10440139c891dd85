/** JSON that came from outside: its nesting is bounded before it is read. */
import { requestError } from './error-replies.ts';

/** Rows of a request lie three deep; what lies deeper than this is made to hurt whoever walks it. */
export const MAX_DEPTH = 32;

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/**
 * @param text - Empty for a request that says it brings JSON and brings nothing; what it brings is undefined then.
 * @throws a request error, 400, when it is no JSON or nested more than {@link MAX_DEPTH} deep.
 */
export function parseBoundedJson(text: string): unknown {
  if (text === '') return undefined;
  if (exceedsDepth(text, MAX_DEPTH)) {
    throw requestError(400, `the body must be nested at most ${MAX_DEPTH} deep`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw requestError(400, `the body must be JSON; ${(error as Error).message}`);
  }
}

/** Counts brackets outside of strings; of a text that is no JSON the answer means nothing. */
function exceedsDepth(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    // the bit that 32 sets is what tells [ from { and ] from }
    else if ((code | 32) === OPENING_BRACE) {
      if (++depth > maxDepth) return true;
    } else if ((code | 32) === CLOSING_BRACE) depth--;
  }
  return false;
}

/** Position of the quote that ends the string begun at `start`; the end of the text when none does. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, position: number): boolean {
  let nBackslashes = 0;
  while (text.charCodeAt(position - 1 - nBackslashes) === BACKSLASH) nBackslashes++;
  return nBackslashes % 2 === 1;
}
