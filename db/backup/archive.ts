import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { syncDirectory } from '../embedded/data-dir.ts';
import { damaged } from './errors.ts';

/** The fastest: a backup that takes long is taken seldom. */
const compressionLevel = 1;
/** Longer ones are cut by the writer; a reader that meets one reads a damaged file. */
const maxFrameBytes = 1024 * 1024;

/**
 * A file of frames under gzip: a letter, the length as four bytes, the payload. First the header; for each entry (a table, a
 * file) its name, its bytes, and their count and SHA-256; at last the summary, without which the file is not complete.
 */
const frames = { header: 'H', entry: 'E', bytes: 'B', entryEnd: 'F', summary: 'Z' } as const;

/** What is told of an entry before its bytes. */
export type Entry =
  | { kind: 'table'; name: string; columns: string[] }
  /** Relative, with slashes. */
  | { kind: 'file'; name: string };

export interface EntryEnd {
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
  /** Of a table. */
  rows: number | null;
}

export interface Summary {
  entries: number;
  bytes: number;
}

/** Writes an archive beside its place and renames it when it is complete and on the disk. Only the owner may read it. */
export class ArchiveWriter {
  readonly #file: string;
  readonly #gzip = createGzip({ level: compressionLevel });
  readonly #written: Promise<void>;
  readonly #summary: Summary = { entries: 0, bytes: 0 };

  constructor(file: string) {
    this.#file = file;
    const output = createWriteStream(partOf(file), { flags: 'wx', mode: 0o600, flush: true });
    this.#written = pipeline(this.#gzip, output);
    // Whoever writes next hears of it.
    this.#written.catch(() => undefined);
  }

  async writeHeader(header: object): Promise<void> {
    await this.#writeJson(frames.header, header);
  }

  /** @param rowsOf asked when the content has been read */
  async writeEntry(entry: Entry, content: AsyncIterable<Buffer>, rowsOf: () => number | null): Promise<EntryEnd> {
    await this.#writeJson(frames.entry, entry);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const block of content) {
      hash.update(block);
      bytes += block.length;
      for (let from = 0; from < block.length; from += maxFrameBytes) {
        await this.#write(frames.bytes, block.subarray(from, from + maxFrameBytes));
      }
    }
    const end: EntryEnd = { bytes, sha256: hash.digest('hex'), rows: rowsOf() };
    await this.#writeJson(frames.entryEnd, end);
    this.#summary.entries += 1;
    this.#summary.bytes += bytes;
    return end;
  }

  async finish(): Promise<void> {
    await this.#writeJson(frames.summary, this.#summary);
    this.#gzip.end();
    await this.#written;
    await rename(partOf(this.#file), this.#file);
    await syncDirectory(dirname(this.#file));
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    this.#gzip.destroy();
    await this.#written.catch(() => undefined);
    await rm(partOf(this.#file), { force: true });
  }

  async #writeJson(kind: string, value: object): Promise<void> {
    await this.#write(kind, Buffer.from(JSON.stringify(value)));
  }

  async #write(kind: string, payload: Buffer): Promise<void> {
    const head = Buffer.alloc(5);
    head.write(kind, 0, 'latin1');
    head.writeUInt32BE(payload.length, 1);
    this.#gzip.write(head);
    if (this.#gzip.write(payload)) return;
    await Promise.race([once(this.#gzip, 'drain'), this.#written]);
  }
}

function partOf(file: string): string {
  return `${file}.part`;
}

interface Frame {
  kind: string;
  payload: Buffer;
}

/**
 * Reads an archive from its beginning to its end and holds every entry against its count and hash.
 * @throws BackupError for a file that is damaged, cut off, or no archive
 */
export class ArchiveReader {
  readonly #frames: AsyncGenerator<Frame>;

  private constructor(of: AsyncGenerator<Frame>) {
    this.#frames = of;
  }

  static async open(file: string): Promise<{ reader: ArchiveReader; header: unknown }> {
    // So that a file that is not there is told as such.
    await (await open(file, 'r')).close();
    const reader = new ArchiveReader(readFrames(file));
    return { reader, header: parse(await reader.#next(frames.header)) };
  }

  /** The entries in order; `content` is to be read to its end before the next, and `end` is known then. */
  async *entries(): AsyncGenerator<{ entry: Entry; content: AsyncGenerator<Buffer>; end: () => EntryEnd }> {
    const read: Summary = { entries: 0, bytes: 0 };
    for (;;) {
      const frame = await this.#next(frames.entry, frames.summary);
      if (frame.kind === frames.summary) {
        const { entries, bytes } = parse(frame) as Summary;
        if (entries !== read.entries || bytes !== read.bytes) throw damaged('its summary tells of other contents');
        if (!(await this.#frames.next()).done) throw damaged('it goes on behind its end');
        return;
      }
      const entry = parse(frame) as Entry;
      let end: EntryEnd | null = null;
      const content = this.#content(entry, (found) => {
        end = found;
      });
      yield {
        entry,
        content,
        end() {
          if (end === null) throw new Error('the content has not been read');
          return end;
        },
      };
      for await (const _ of content);
      read.entries += 1;
      read.bytes += (end as EntryEnd | null)?.bytes ?? 0;
    }
  }

  async *#content(entry: Entry, onEnd: (end: EntryEnd) => void): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    let bytes = 0;
    for (;;) {
      const frame = await this.#next(frames.bytes, frames.entryEnd);
      if (frame.kind === frames.entryEnd) {
        const end = parse(frame) as EntryEnd;
        if (end.bytes !== bytes || end.sha256 !== hash.digest('hex')) throw damaged(`${entry.name} is not what it was`);
        onEnd(end);
        return;
      }
      hash.update(frame.payload);
      bytes += frame.payload.length;
      yield frame.payload;
    }
  }

  async #next(...kinds: string[]): Promise<Frame> {
    const { value } = await this.#frames.next();
    if (value === undefined) throw damaged('it ends too early');
    if (!kinds.includes(value.kind)) throw damaged('its parts are in disorder');
    return value;
  }
}

async function* readFrames(file: string): AsyncGenerator<Frame> {
  const input = createReadStream(file);
  const gunzip = createGunzip();
  input.on('error', (error) => gunzip.destroy(error));
  try {
    let held: Buffer = Buffer.alloc(0);
    for await (const block of input.pipe(gunzip) as AsyncIterable<Buffer>) {
      held = held.length === 0 ? block : Buffer.concat([held, block]);
      for (;;) {
        if (held.length < 5) break;
        const length = held.readUInt32BE(1);
        if (length > maxFrameBytes) throw damaged('a part is too long');
        if (held.length < 5 + length) break;
        yield { kind: held.toString('latin1', 0, 1), payload: held.subarray(5, 5 + length) };
        held = held.subarray(5 + length);
      }
    }
    if (held.length > 0) throw damaged('it ends in the middle of a part');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw code.startsWith('Z_') ? damaged('it cannot be unpacked', error) : error;
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

function parse({ payload }: Frame): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw damaged('a part cannot be read', error);
  }
}
