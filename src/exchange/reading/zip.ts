import type { Readable } from 'node:stream';
import { type Entry, fromFd, type ZipFile } from 'yauzl';
import { TableFault, tableLimits } from './table.ts';

/** The parts of a ZIP file, inflated as they are read, with one count of the bytes of all. */
export class ZipReader {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #inflatedBytes = 0;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws TableFault for what is no ZIP, has too many parts, or parts that are encrypted */
  static async open(fd: number): Promise<ZipReader> {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      // Sizes are counted here, and kept to by the library: an entry longer than it says is an error, too.
      fromFd(fd, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, opened) =>
        error ? reject(brokenBy(error)) : resolve(opened),
      );
    });
    const entries = new Map<string, Entry>();
    if (zip.entryCount > tableLimits.zipEntries) throw new TableFault('too_many_parts');
    await new Promise<void>((resolve, reject) => {
      zip.on('entry', (entry: Entry) => {
        entries.set(entry.fileName, entry);
        if (entries.size > tableLimits.zipEntries) reject(new TableFault('too_many_parts'));
        else if (entry.isEncrypted()) reject(new TableFault('old_format'));
        else zip.readEntry();
      });
      zip.on('end', resolve);
      zip.on('error', (error: Error) => reject(brokenBy(error)));
      zip.readEntry();
    });
    return new ZipReader(zip, entries);
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  /** The text of a part as it comes. @throws TableFault when all that was read grows too large, or the part is broken */
  async *text(path: string): AsyncGenerator<string> {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw new TableFault('broken_file', path);
    const stream = await new Promise<Readable>((resolve, reject) => {
      this.#zip.openReadStream(entry, (error, opened) => (error ? reject(brokenBy(error)) : resolve(opened)));
    });
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      for await (const chunk of stream) {
        this.#inflatedBytes += (chunk as Buffer).length;
        if (this.#inflatedBytes > tableLimits.inflatedBytes) throw new TableFault('too_large_inside');
        yield decoder.decode(chunk as Buffer, { stream: true });
      }
    } catch (error) {
      throw error instanceof TableFault ? error : brokenBy(error);
    } finally {
      stream.destroy();
    }
  }
}

function brokenBy(error: unknown): TableFault {
  return new TableFault('broken_file', error instanceof Error ? error.message : String(error));
}
