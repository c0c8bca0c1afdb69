import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedFile } from '../core/file-store.ts';
import { newId } from '../core/ids.ts';
import { unavailableStore } from './errors.ts';

const dayMs = 86_400_000;

/**
 * A directory where uploads are written before a store keeps them: their size and hash are known then, and a client that
 * breaks off leaves nothing. What a crash left is taken away when the process starts again.
 */
export class Staging {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Another process may be writing here; no upload takes a day.
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      const changed = statSync(path, { throwIfNoEntry: false });
      if (changed !== undefined && Date.now() - changed.mtimeMs > dayMs) rmSync(path, { force: true });
    }
  }

  async write(chunks: AsyncIterable<Uint8Array>): Promise<StagedFile> {
    const path = join(this.#directory, newId());
    const file = await open(path, 'wx+', 0o600).catch(unavailableStore);
    try {
      const written = await writeThrough(file, chunks);
      return {
        ...written,
        path,
        read: (position, length) => readAt(file, position, Math.min(length, written.sizeBytes - position)),
        discard: () => discard(file, path),
      };
    } catch (error) {
      await discard(file, path);
      throw error;
    }
  }
}

async function writeThrough(
  file: FileHandle,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Pick<StagedFile, 'sizeBytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    await file.appendFile(chunk).catch(unavailableStore);
  }
  await file.sync().catch(unavailableStore);
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position).catch(unavailableStore);
  return buffer.subarray(0, bytesRead);
}

async function discard(file: FileHandle, path: string): Promise<void> {
  await file.close().catch(() => undefined);
  await rm(path, { force: true }).catch(unavailableStore);
}
