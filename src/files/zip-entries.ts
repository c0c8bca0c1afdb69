import type { StagedFile } from '../core/file-store.ts';

const endSignature = Buffer.from('PK\x05\x06', 'latin1');
const endBytes = 22;
const maxCommentBytes = 0xffff;
const entrySignature = 0x02014b50;
const entryBytes = 46;
/** A directory of some ten thousand entries; one that is longer is not read. */
const maxDirectoryBytes = 1024 * 1024;

/**
 * The names in a zip's central directory (APPNOTE.TXT, 4.3.12 and 4.3.16); null when it has none that can be read.
 * Nothing is inflated.
 */
export async function zipEntryNames(file: Pick<StagedFile, 'sizeBytes' | 'read'>): Promise<string[] | null> {
  const tailBytes = Math.min(file.sizeBytes, endBytes + maxCommentBytes);
  const tail = await file.read(file.sizeBytes - tailBytes, tailBytes);
  const at = tail.lastIndexOf(endSignature);
  if (at === -1 || at + endBytes > tail.length) return null;
  const count = tail.readUInt16LE(at + 10);
  const directoryBytes = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  if (directoryBytes > maxDirectoryBytes || offset + directoryBytes > file.sizeBytes) return null;
  return namesIn(await file.read(offset, directoryBytes), count);
}

function namesIn(directory: Buffer, count: number): string[] | null {
  const names: string[] = [];
  let at = 0;
  while (names.length < count) {
    if (at + entryBytes > directory.length || directory.readUInt32LE(at) !== entrySignature) return null;
    const nameBytes = directory.readUInt16LE(at + 28);
    const otherBytes = directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    names.push(directory.toString('utf8', at + entryBytes, at + entryBytes + nameBytes));
    at += entryBytes + nameBytes + otherBytes;
  }
  return names;
}
