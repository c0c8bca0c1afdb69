import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemCode } from '../embedded/errors.ts';
import type { ArchiveWriter } from './archive.ts';
import { BackupError, damaged } from './errors.ts';

/** As in src/files/local-disk.ts. */
const staging = 'staging';

/**
 * Writes every file below the folder. Called after the database was read: a file that came since is one too many and does no
 * harm; one that was removed since is left out, as it would be a moment later.
 */
export async function dumpFiles(folder: string, archive: ArchiveWriter): Promise<number> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  let files = 0;
  for (const file of found) {
    const full = path.join(file.parentPath, file.name);
    // What is still coming in, nothing refers to.
    if (!file.isFile() || path.basename(file.parentPath) === staging) continue;
    const handle = await openIfThere(full);
    if (handle === null) continue;
    const name = path.relative(folder, full).split(path.sep).join('/');
    await archive.writeEntry({ kind: 'file', name }, handle, () => null);
    files += 1;
  }
  return files;
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
  readonly #folder: string | null;
  readonly #beside: string;
  files = 0;

  /** @param folder null for none */
  constructor(folder: string | null) {
    this.#folder = folder;
    this.#beside = `${folder}.restoring-${randomUUID()}`;
  }

  /** @throws BackupError where there are files already */
  async mustBeEmpty(): Promise<void> {
    if (this.#folder === null) return;
    const found = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    // Empty folders come with a start.
    if (!found.some((one) => one.isFile())) return;
    throw new BackupError({
      en: `${this.#folder} is not empty; nothing was changed. Restore with another DATA_DIR, or move the files away.`,
      zh: `${this.#folder} 非空；未作任何更改。请更换 DATA_DIR，或先移走其中的文件。`,
    });
  }

  async take(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    if (this.#folder === null) throw noFolder();
    const full = path.resolve(this.#beside, name);
    if (!full.startsWith(this.#beside + path.sep)) throw damaged('a file leads out of its folder');
    await mkdir(path.dirname(full), { recursive: true, mode: 0o700 });
    await pipeline(content, createWriteStream(full, { flags: 'wx', mode: 0o600, flush: true }));
    this.files += 1;
  }

  async finish(): Promise<void> {
    if (this.#folder === null || this.files === 0) return;
    await rm(this.#folder, { recursive: true, force: true });
    await rename(this.#beside, this.#folder);
  }

  async abandon(): Promise<void> {
    await rm(this.#beside, { recursive: true, force: true });
  }
}

function noFolder(): BackupError {
  return new BackupError({
    en: 'The backup holds files, and STORAGE_URL means an object store. Restore with a STORAGE_URL of file:///…, or none, and move the files from there.',
    zh: '备份中包含文件，而 STORAGE_URL 指向对象存储。请先恢复到 file:///… 或不设置 STORAGE_URL，再迁移文件。',
  });
}
