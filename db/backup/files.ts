import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemCode } from '../embedded/errors.ts';
import type { ArchiveWriter } from './archive.ts';
import { BackupError, damaged } from './errors.ts';

/**
 * Writes every file below the folder. Called after the database was read: a file that came since is one too many and does no
 * harm; one that was removed since is left out, as it would be a moment later.
 */
export async function dumpFiles(folder: string, archive: ArchiveWriter): Promise<{ files: number; bytes: number }> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const total = { files: 0, bytes: 0 };
  for (const file of found) {
    if (!file.isFile()) continue;
    const full = path.join(file.parentPath, file.name);
    const handle = await openIfThere(full);
    if (handle === null) continue;
    const name = path.relative(folder, full).split(path.sep).join('/');
    total.bytes += (await archive.writeEntry({ kind: 'file', name }, handle, () => null)).bytes;
    total.files += 1;
  }
  return total;
}

async function openIfThere(file: string): Promise<AsyncIterable<Buffer> | null> {
  const stream = createReadStream(file);
  return await new Promise((resolve, reject) => {
    stream.once('open', () => resolve(stream));
    stream.once('error', (error) => (systemCode(error) === 'ENOENT' ? resolve(null) : reject(error)));
  });
}

/** Files on their way back: beside their folder until `finish`, which puts them in its place. */
export class FilesBack {
  readonly #folder: string;
  readonly #beside: string;
  files = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#beside = `${folder}.restoring-${randomUUID()}`;
  }

  /** @throws BackupError where there are files already */
  async mustBeEmpty(): Promise<void> {
    const found = await readdir(this.#folder).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    if (found.length === 0) return;
    throw new BackupError({
      en: `${this.#folder} is not empty; nothing was changed. Restore with another DATA_DIR, or move the files away.`,
      zh: `${this.#folder} 非空；未作任何更改。请更换 DATA_DIR，或先移走其中的文件。`,
    });
  }

  async take(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const full = path.resolve(this.#beside, name);
    if (!full.startsWith(this.#beside + path.sep)) throw damaged('a file leads out of its folder');
    await mkdir(path.dirname(full), { recursive: true, mode: 0o700 });
    await pipeline(content, createWriteStream(full, { flags: 'wx', mode: 0o600, flush: true }));
    this.files += 1;
  }

  async finish(): Promise<void> {
    if (this.files === 0) return;
    await rmdir(this.#folder).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
    await rename(this.#beside, this.#folder);
  }

  async abandon(): Promise<void> {
    await rm(this.#beside, { recursive: true, force: true });
  }
}
