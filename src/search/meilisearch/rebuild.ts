import type { Settings } from 'meilisearch';
import type { Logger } from 'pino';
import {
  DocumentsRejectedError,
  type IndexRebuild,
  type SearchDocument,
  type SearchKind,
} from '../../core/search-index.ts';
import { refused, type Server, talk } from './server.ts';
import { ensureIndex } from './settings.ts';
import { mustSucceed } from './tasks.ts';

export interface RebuildParts {
  settings: Settings;
  log: Pick<Logger, 'info' | 'warn'>;
  write(uid: string, kind: SearchKind, documents: readonly SearchDocument[]): Promise<void>;
  remove(uid: string, ids: readonly string[]): Promise<void>;
}

/** A new index beside the searched one, under its name and the time. */
export async function beginRebuild(server: Server, kind: SearchKind, parts: RebuildParts): Promise<IndexRebuild> {
  const live = server.uidOf(kind);
  // A swap wants both.
  await ensureIndex(server, live, parts.settings);
  const uid = `${live}__${Date.now()}`;
  await ensureIndex(server, uid, parts.settings);
  const written = new Set<string>();
  return {
    upsert: async (documents) => {
      try {
        await parts.write(uid, kind, documents);
        for (const { id } of documents) written.add(id);
      } catch (error) {
        if (!(error instanceof DocumentsRejectedError)) throw error;
        const refusedIds = new Set(error.rejected.map(({ id }) => id));
        for (const { id } of documents) if (!refusedIds.has(id)) written.add(id);
        throw error;
      }
    },
    remove: async (ids) => {
      await parts.remove(uid, ids);
      for (const id of ids) written.delete(id);
    },
    commit: async () => {
      const { numberOfDocuments } = await talk(() => server.client.index(uid).getStats());
      if (numberOfDocuments !== written.size) {
        throw refused(`${uid} holds ${numberOfDocuments} documents instead of ${written.size}`);
      }
      await swap(server, live, uid);
      parts.log.info({ index: live, documents: numberOfDocuments, previous: uid }, 'the search index was rebuilt');
      // What is under the new name now is what was searched before: kept. Older ones have had their time.
      try {
        for (const older of await listPrevious(server, live)) if (older !== uid) await drop(server, older);
      } catch (error) {
        parts.log.warn({ err: error, index: live }, 'older search indexes could not be removed; the next rebuild will');
      }
    },
    abort: async () => await drop(server, uid),
  };
}

export async function rollBack(server: Server, kind: SearchKind): Promise<boolean> {
  const live = server.uidOf(kind);
  const newest = (await listPrevious(server, live)).at(-1);
  if (newest === undefined) return false;
  await swap(server, live, newest);
  return true;
}

async function swap(server: Server, live: string, other: string): Promise<void> {
  await mustSucceed(server, () => server.client.swapIndexes([{ indexes: [live, other], rename: false }]));
}

async function drop(server: Server, uid: string): Promise<void> {
  await mustSucceed(server, () => server.client.deleteIndex(uid), ['index_not_found']);
}

/** Oldest first. */
async function listPrevious(server: Server, live: string): Promise<string[]> {
  const { results } = await talk(() => server.client.getRawIndexes({ limit: 1_000 }));
  const prefix = `${live}__`;
  return results
    .map(({ uid }) => uid)
    .filter((uid) => uid.startsWith(prefix))
    .sort();
}
