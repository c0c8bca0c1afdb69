import type { Logger } from 'pino';
import {
  DocumentsRejectedError,
  type RebuildableIndex,
  type RejectedDocument,
  type SearchDocument,
  type SearchIndex,
  type SearchKind,
  type SearchSuggestion,
  type SearchTaskQueue,
  type SuggestQuery,
} from '../../core/search-index.ts';
import type { AnalyseText } from '../index-terms.ts';
import { asText } from './question.ts';
import { beginRebuild, rollBack } from './rebuild.ts';
import { searchDocuments } from './search.ts';
import { connect, type Server, serverCode, type Timeouts, talk } from './server.ts';
import { ensureIndex, settingsWith } from './settings.ts';
import { pruneTasks, queueLength } from './tasks.ts';
import { type BatchLimits, defaultBatchLimits, listVersions, removeDocuments, writeDocuments } from './writes.ts';

export interface MeilisearchOptions {
  url: string;
  /** Null for a server without a master key. */
  key: string | null;
  analyse: AnalyseText;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Begins the names of our indexes. */
  prefix?: string;
  /** Words that mean the same; see `synonymsOf`. */
  synonyms?: Record<string, string[]>;
  timeouts?: Partial<Timeouts>;
  batch?: Partial<BatchLimits>;
}

/** The server stops looking after this and answers with what it has; in time for who waits. */
const searchCutoffMs = 200;
const kinds: readonly SearchKind[] = ['demand', 'result'];

export type MeilisearchSearch = SearchIndex & RebuildableIndex & SearchTaskQueue;

/** Full-text search in a Meilisearch server, v1.36 or newer: one index per kind of record. */
export function createMeilisearchSearch(options: MeilisearchOptions): MeilisearchSearch {
  const { url, key, analyse, log, prefix = 'duijie', synonyms = {}, timeouts = {} } = options;
  const server = connect({ url, key, prefix, timeouts });
  const settings = settingsWith(synonyms, searchCutoffMs);
  const limits = { ...defaultBatchLimits, ...options.batch };
  const inTurn = turns();
  const write = async (uid: string, kind: SearchKind, documents: readonly SearchDocument[]) =>
    await inTurn(uid, () => writeDocuments(server, uid, kind, documents, analyse, limits));
  // Writing to an index that is not there makes one without settings.
  let areEnsured = false;
  const ensure = async () => {
    for (const kind of kinds) await ensureIndex(server, server.uidOf(kind), settings);
    areEnsured = true;
  };
  const remove = async (uid: string, ids: readonly string[]) =>
    await inTurn(uid, () => removeDocuments(server, uid, ids));
  return {
    name: 'meilisearch',
    ensureIndexes: ensure,
    upsert: async (documents) => {
      if (!areEnsured) await ensure();
      const rejected: RejectedDocument[] = [];
      for (const kind of kinds) {
        const ofKind = documents.filter((document) => document.kind === kind);
        try {
          if (ofKind.length > 0) await write(server.uidOf(kind), kind, ofKind);
        } catch (error) {
          // Somebody has removed it: the next try makes it again.
          if (serverCode(error) === 'index_not_found') areEnsured = false;
          if (!(error instanceof DocumentsRejectedError)) throw error;
          rejected.push(...error.rejected);
        }
      }
      if (rejected.length > 0) throw new DocumentsRejectedError(rejected);
    },
    remove: async (kind, ids) => await remove(server.uidOf(kind), ids),
    search: async (query) => await searchDocuments(server, analyse, query),
    suggest: async (query) => ({ suggestions: await suggestKeywords(server, query), degraded: false }),
    versions: async (kind) => await listVersions(server, server.uidOf(kind)),
    health: async () => ((await server.searcher.isHealthy()) ? 'ok' : 'down'),
    identity: async () => await identityOf(server),
    beginRebuild: async (kind) => await beginRebuild(server, kind, { settings, log, write, remove }),
    rollBack: async (kind) => await rollBack(server, kind),
    queueLength: async () => await queueLength(server),
    pruneTasks: async (olderThan) => await pruneTasks(server, olderThan),
  };
}

/** When each index was made: the server says it to the nanosecond, and a swap takes it along. */
async function identityOf(server: Server): Promise<string | null> {
  const made: string[] = [];
  for (const kind of kinds) {
    try {
      made.push((await talk(() => server.searcher.getRawIndex(server.uidOf(kind)))).createdAt);
    } catch (error) {
      if (serverCode(error) === 'index_not_found') return null;
      throw error;
    }
  }
  return made.join(' ');
}

/** One write to an index after the other: each compares versions with what the one before has left. */
function turns(): (uid: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (uid, work) => {
    const mine = (last.get(uid) ?? Promise.resolve()).then(work, work);
    last.set(uid, mine);
    await mine;
  };
}

/** Keywords that begin as typed, the most used first. */
async function suggestKeywords(server: Server, { kind, prefix, limit }: SuggestQuery): Promise<SearchSuggestion[]> {
  const typed = asText(prefix);
  if (typed === '') return [];
  const { facetHits } = await talk(() =>
    server.searcher.index(server.uidOf(kind)).searchForFacetValues({ facetName: 'keywords', facetQuery: typed }),
  );
  return facetHits
    .map(({ value, count }) => ({ text: value, count }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, limit);
}
