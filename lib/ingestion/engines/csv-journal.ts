/**
 * A file that batches of lines are added to, each of them durable and whole or not there.
 *
 * A line with the checksum of its batch closes it. What a killed process left half written has no such line, or a
 * wrong one, and is cut off when the file is opened again.
 */
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

export interface CsvJournal {
  /** Batches that were there when it was opened: their lines, in order. */
  readonly batches: readonly string[];
  nBytes(): number;
  /** @param lines - Each ends in a line feed, and none begins with `end`. Resolves when the batch is on the disk. */
  append(lines: string): Promise<void>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

const END = '\nend,';
/** Of the line with the checksum: eight hexadecimal digits and a line feed follow. */
const END_BYTES = END.length - 1 + 9;

/** Opens the file, and makes it where there is none; the folder must be synced then. */
export async function openCsvJournal(file: string): Promise<CsvJournal> {
  const handle = await open(file, 'a');
  const batches = readBatches(await readFile(file));
  let nBytes = batches.reduce((sum, batch) => sum + Buffer.byteLength(batch) + END_BYTES, 0);
  await cut(handle, nBytes);
  return {
    batches,
    nBytes: () => nBytes,
    append: async (lines) => {
      const bytes = Buffer.from(`${lines}end,${toChecksum(Buffer.from(lines))}\n`);
      await handle.appendFile(bytes);
      await handle.datasync();
      nBytes += bytes.length;
    },
    empty: async () => {
      await cut(handle, 0);
      nBytes = 0;
    },
    close: async () => await handle.close(),
  };
}

async function cut(handle: FileHandle, nBytes: number): Promise<void> {
  await handle.truncate(nBytes);
  await handle.sync();
}

/** The batches before the first one that is not whole. */
function readBatches(bytes: Buffer): string[] {
  const batches: string[] = [];
  let start = 0;
  for (let at = bytes.indexOf(END); at !== -1; at = bytes.indexOf(END, start)) {
    const lines = bytes.subarray(start, at + 1);
    const checksum = bytes.toString('latin1', at + END.length, at + 1 + END_BYTES);
    if (checksum !== `${toChecksum(lines)}\n`) break;
    batches.push(lines.toString());
    start = at + 1 + END_BYTES;
  }
  return batches;
}

function toChecksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
