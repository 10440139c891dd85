/** Where a CSV file stops being one: nearly always a cell whose quote was forgotten. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { StageError } from '../errors.ts';

/** What to do about a quote too few or too many. */
export const QUOTE_HINT =
  'a cell that opens with a quote ends with one; a quote inside it is written twice';

const [QUOTE, LF, CR] = Buffer.from('"\n\r');
const DELIMITERS = new Set(Buffer.from(',;\t|'));

/**
 * Does work on a CSV file; where that fails by the file, names the cell that lacks a quote, if there is one.
 *
 * @throws StageError E_DATA with the line of that cell, else what `work` throws.
 */
export async function explainQuotes<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StageError) || error.code !== 'E_DATA') throw error;
    const line = await findUnmatchedQuote(file);
    if (line === null) throw error;
    throw new StageError(
      'E_DATA',
      `${file}:${line} must be a well-formed CSV file; got a cell with a quote at one end alone`,
      { hint: QUOTE_HINT, cause: error },
    );
  }
}

/**
 * Line, from 1, of the first cell that opens with a quote and does not end with one (where it opens), or ends with one
 * that none opens (where it ends); null: there is none.
 */
async function findUnmatchedQuote(file: string): Promise<number | null> {
  const bytes = createReadStream(file);
  const chunks: AsyncIterable<Buffer> = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  // closed: behind what may be the last quote of a quoted cell; ended: behind the only one of another cell
  let state: 'start' | 'plain' | 'ended' | 'quoted' | 'closed' = 'start';
  let line = 1;
  let opened = 1;
  for await (const chunk of chunks) {
    for (const byte of chunk) {
      const isQuote = byte === QUOTE;
      if (state === 'quoted') {
        if (isQuote) state = 'closed';
      } else if (byte === LF || byte === CR || DELIMITERS.has(byte)) {
        if (state === 'ended') return line;
        state = 'start';
      } else if (state === 'closed') {
        if (!isQuote) return opened;
        state = 'quoted';
      } else if (state === 'start') {
        state = isQuote ? 'quoted' : 'plain';
        opened = line;
      } else {
        state = isQuote && state === 'plain' ? 'ended' : 'plain';
      }
      if (byte === LF) line++;
    }
  }
  return state === 'quoted' ? opened : state === 'ended' ? line : null;
}
