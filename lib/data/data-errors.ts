import { StageError } from '../errors.ts';

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
    const got = conversion?.[1] ?? pick(/Original Line:\s*(.*)$/m) ?? firstSentence(message);
    const what =
      column !== undefined && conversion !== null
        ? `column ${column} must be ${conversion[2]}, as in the rows before`
        : 'must be a well-formed CSV file';
    return new StageError('E_DATA', `${where} ${what}; got ${JSON.stringify(got.slice(0, 80))}`, {
      hint: 'mend the line, or drop the column before this stage',
      cause: error,
    });
  }
  if (
    /(No magic bytes|too small to be a Parquet|Invalid Input Error: .*[Pp]arquet|TProtocolException|Failed to read Parquet|don't know what type)/.test(
      message,
    )
  ) {
    const file = pick(/["'](.+?\.parquet)["']/) ?? 'the input';
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
