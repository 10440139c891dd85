/**
 * The zip archives of torch.save: entries stored as they are, each beginning at a multiple of 64 bytes,
 * checksum and size in a descriptor behind the data. The layout is torch's to the byte, since torch may
 * compute where an entry stands instead of looking it up (`calculate_storage_offsets`).
 *
 * @see PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16
 * @see getPadding in pytorch/caffe2/serialize/inline_container.cc
 */
import type { Refuse } from './bytes.ts';

export const ALIGNMENT_BYTES = 64;

export interface EntrySpec {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface PlacedEntry extends EntrySpec {
  readonly headerAt: number;
  readonly dataAt: number;
}

export interface FoundEntry {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  readonly crc32: number;
}

/** Sizes and positions are 32 bits; the largest value says "see the zip64 record". */
export const MAX_ARCHIVE_BYTES = 2 ** 32 - 2;

const LOCAL_HEADER = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const LOCAL_HEADER_BYTES = 30;
const DESCRIPTOR_BYTES = 16;
const CENTRAL_HEADER_BYTES = 46;
const END_BYTES = 22;
/** Names are UTF-8; checksum and sizes stand behind the data. */
const FLAGS = 0x0808;
const ENCRYPTED = 0x0001;

/** Where each entry will stand, in order. */
export function placeEntries(entries: readonly EntrySpec[]): PlacedEntry[] {
  let headerAt = 0;
  return entries.map(({ name, sizeBytes }) => {
    const least = headerAt + LOCAL_HEADER_BYTES + Buffer.byteLength(name) + 4;
    const dataAt = Math.ceil(least / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    const placed = { name, sizeBytes, headerAt, dataAt };
    headerAt = dataAt + sizeBytes + DESCRIPTOR_BYTES;
    return placed;
  });
}

/** Bytes up to the directory. */
export function sizeOfEntries(entries: readonly PlacedEntry[]): number {
  const last = entries[entries.length - 1];
  return last.dataAt + last.sizeBytes + DESCRIPTOR_BYTES;
}

/** What stands between headerAt and dataAt. */
export function formatLocalHeader({ name, headerAt, dataAt }: PlacedEntry): Buffer {
  const nameBytes = Buffer.byteLength(name);
  const header = Buffer.alloc(dataAt - headerAt, 'Z');
  const extraAt = LOCAL_HEADER_BYTES + nameBytes;
  header.fill(0, 0, LOCAL_HEADER_BYTES);
  header.writeUInt32LE(LOCAL_HEADER, 0);
  header.writeUInt16LE(FLAGS, 6);
  header.writeUInt16LE(nameBytes, 26);
  header.writeUInt16LE(header.length - extraAt, 28);
  header.write(name, LOCAL_HEADER_BYTES);
  header.write('FB', extraAt);
  header.writeUInt16LE(header.length - extraAt - 4, extraAt + 2);
  return header;
}

/** What stands behind the data of an entry. */
export function formatDescriptor(crc32: number, sizeBytes: number): Buffer {
  const descriptor = Buffer.alloc(DESCRIPTOR_BYTES);
  descriptor.writeUInt32LE(DESCRIPTOR, 0);
  descriptor.writeUInt32LE(crc32, 4);
  descriptor.writeUInt32LE(sizeBytes, 8);
  descriptor.writeUInt32LE(sizeBytes, 12);
  return descriptor;
}

/** The directory, which stands behind the entries and ends the archive. */
export function formatDirectory(
  entries: readonly (PlacedEntry & { readonly crc32: number })[],
): Buffer {
  const headers = entries.map(({ name, sizeBytes, headerAt, crc32 }) => {
    const nameBytes = Buffer.byteLength(name);
    const header = Buffer.alloc(CENTRAL_HEADER_BYTES + nameBytes);
    header.writeUInt32LE(CENTRAL_HEADER, 0);
    header.writeUInt16LE(FLAGS, 8);
    header.writeUInt32LE(crc32, 16);
    header.writeUInt32LE(sizeBytes, 20);
    header.writeUInt32LE(sizeBytes, 24);
    header.writeUInt16LE(nameBytes, 28);
    header.writeUInt32LE(headerAt, 42);
    header.write(name, CENTRAL_HEADER_BYTES);
    return header;
  });
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(
    headers.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(sizeOfEntries(entries), 16);
  return Buffer.concat([...headers, end]);
}

/**
 * Finds the entries of an archive.
 *
 * @param refuse - Throws; gets what was found instead of an archive as torch writes it.
 */
export function findEntries(bytes: Uint8Array, refuse: Refuse): Map<string, FoundEntry> {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.length < 4 || data.readUInt32LE(0) !== LOCAL_HEADER) refuse('no zip archive');
  const endAt = data.length - END_BYTES;
  if (endAt < 0 || data.readUInt32LE(endAt) !== END) refuse('a zip archive without its end');
  const nEntries = data.readUInt16LE(endAt + 10);
  const directoryBytes = data.readUInt32LE(endAt + 12);
  const directoryAt = data.readUInt32LE(endAt + 16);
  if (directoryAt > MAX_ARCHIVE_BYTES) refuse('a zip archive above 4 GiB');
  if (directoryAt + directoryBytes > endAt) refuse('a zip directory beyond the file');
  const entries = new Map<string, FoundEntry>();
  let at = directoryAt;
  for (let i = 0; i < nEntries; i++) {
    if (at + CENTRAL_HEADER_BYTES > endAt || data.readUInt32LE(at) !== CENTRAL_HEADER) {
      refuse(`a zip directory with ${i} of ${nEntries} entries`);
    }
    const nameEnd = at + CENTRAL_HEADER_BYTES + data.readUInt16LE(at + 28);
    const name = data.toString('utf8', at + CENTRAL_HEADER_BYTES, nameEnd);
    if ((data.readUInt16LE(at + 8) & ENCRYPTED) !== 0) refuse(`entry ${name} encrypted`);
    if (data.readUInt16LE(at + 10) !== 0) refuse(`entry ${name} compressed`);
    if (entries.has(name)) refuse(`entry ${name} twice`);
    const sizeBytes = data.readUInt32LE(at + 24);
    const headerAt = data.readUInt32LE(at + 42);
    const start = findData(data, headerAt, name, refuse);
    const end = start + sizeBytes;
    if (end > directoryAt) refuse(`entry ${name} beyond the file`);
    entries.set(name, { start, end, crc32: data.readUInt32LE(at + 16) });
    at = nameEnd + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return entries;
}

function findData(data: Buffer, headerAt: number, name: string, refuse: Refuse): number {
  const isInside = headerAt + LOCAL_HEADER_BYTES <= data.length;
  if (!isInside || data.readUInt32LE(headerAt) !== LOCAL_HEADER) refuse(`entry ${name} nowhere`);
  const nameBytes = data.readUInt16LE(headerAt + 26);
  return headerAt + LOCAL_HEADER_BYTES + nameBytes + data.readUInt16LE(headerAt + 28);
}
