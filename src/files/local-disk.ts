import { mkdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileStore } from '../core/file-store.ts';
import { missingBytes, unavailableStore } from './errors.ts';
import { isStorageKey, requireStorageKey } from './rules/storage-keys.ts';
import { Staging } from './staging.ts';

/** Files in a directory for each day, readable by the user that runs Duijie alone. */
export function createDiskFileStore(root: string): FileStore {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const staging = new Staging(join(root, 'staging'));
  const pathOf = (key: string) => join(root, requireStorageKey(key));

  return {
    stage: (chunks) => staging.write(chunks),

    async keep(key, staged) {
      const path = pathOf(key);
      try {
        const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(staged.path, path);
        await syncDirectory(dirname(path));
        if (made !== undefined) await syncDirectory(root);
      } catch (error) {
        unavailableStore(error);
      }
    },

    async open(key, range) {
      const file = await openOrMiss(pathOf(key), key);
      return file.createReadStream(range === null ? {} : { start: range.first, end: range.last });
    },

    async remove(key) {
      await rm(pathOf(key), { force: true }).catch(unavailableStore);
    },

    async *list() {
      for (const day of await namesIn(root)) {
        if (!/^\d/.test(day)) continue;
        for (const name of await namesIn(join(root, day))) if (isStorageKey(`${day}/${name}`)) yield `${day}/${name}`;
      }
    },
  };
}

async function openOrMiss(path: string, key: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isNoEntry(error)) throw missingBytes(key);
    return unavailableStore(error);
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(unavailableStore);
}

/** A new name is safe from a power cut once its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isNoEntry(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
