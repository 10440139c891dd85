import { StageError } from '../errors.ts';
import { QUOTE_HINT } from './unmatched-quote.ts';

/** What messages call a file whose name DuckDB does not tell. */
export const UNNAMED = 'the input';

/** What the reader of Parquet says of a file that is cut off or damaged, wherever it stumbles over it. */
const DAMAGED_PARQUET =
  /No magic bytes|too small to be a Parquet|Invalid Input Error: .*[Pp]arquet|TProtocolException|invalid TType|Failed to read Parquet|don't know what type|Prefetch registered for bytes outside|Could not read enough bytes|[Cc]orrupted/;

/**
 * What DuckDB says of a broken file, as E_DATA with file, line, column and value; null for anything else.
 */
export function toDataError(error: unknown): StageError | null {
  const message = error instanceof Error ? error.message : String(error);
  const pick = (pattern: RegExp): string | undefined => pattern.exec(message)?.[1];
  if (
    /^Invalid Input Error: (CSV Error|Error when sniffing)/.test(message) ||
    /CSV Error on Line/.test(message)
  ) {
    const file = pick(/^\s*file\s*=\s*(.+)$/m) ?? pick(/sniffing file "(.+?)"/) ?? 'the CSV file';
    const line = pick(/CSV Error on Line: (\d+)/);
    const column = pick(/Error when converting column "(.+?)"/);
    const conversion = /Could not convert string "(.*?)" to '(.+?)'/.exec(message);
    const where = line === undefined ? file : `${file}:${line}`;
    const reason = pick(/CSV Error on Line: \d+\n(.+)/) ?? firstSentence(message);
    const got = conversion?.[1] ?? pick(/Original Line:\s*(.*)$/m) ?? reason;
    const what =
      column !== undefined && conversion !== null
        ? `column ${column} must be ${conversion[2]}, as in the rows before`
        : 'must be a well-formed CSV file';
    return new StageError('E_DATA', `${where} ${what}; got ${JSON.stringify(got.slice(0, 80))}`, {
      hint: /utf-8/.test(reason)
        ? 'write the file in UTF-8'
        : /unterminated quote/.test(message)
          ? QUOTE_HINT
          : 'mend the line, or drop the column before this stage',
      cause: error,
    });
  }
  if (DAMAGED_PARQUET.test(message)) {
    const file = pick(/["' ]([^"'\s]+\.parquet)\b/) ?? UNNAMED;
    return new StageError(
      'E_DATA',
      `${file} must be a complete Parquet file; got ${firstSentence(message)}`,
      {
        hint: 'the file is truncated or damaged; run the stage that writes it again',
        cause: error,
      },
    );
  }
  return null;
}

function firstSentence(message: string): string {
  return message.split('\n')[0].slice(0, 160);
}
