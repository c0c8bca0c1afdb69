import { MeilisearchApiError, type MeilisearchErrorResponse } from 'meilisearch';
import type { AppError } from '../../core/errors.ts';
import {
  DocumentsRejectedError,
  type RejectedDocument,
  type SearchDocument,
  type SearchKind,
} from '../../core/search-index.ts';
import type { AnalyseText } from '../index-terms.ts';
import { type IndexedDocument, toIndexedDocument } from './documents.ts';
import { type Server, serverCode, talk } from './server.ts';
import { mustSucceed, runTask, taskError } from './tasks.ts';

/** Of one request: few large ones are indexed much faster than many small ones. */
export interface BatchLimits {
  documents: number;
  bytes: number;
}
export const defaultBatchLimits: BatchLimits = { documents: 5_000, bytes: 10_000_000 };

const idsPerDelete = 10_000;
/** As many ids as a URL may carry. */
const idsPerLookup = 100;
const versionsPerRead = 5_000;

/**
 * Writes documents of one kind, batch after batch: the order in which they are sent is the only order the server has.
 * A newer version that is there stays; this holds for one writer at a time.
 * @throws DocumentsRejectedError when some are refused for themselves; AppError
 */
export async function writeDocuments(
  server: Server,
  uid: string,
  kind: SearchKind,
  documents: readonly SearchDocument[],
  analyse: AnalyseText,
  limits: BatchLimits,
): Promise<void> {
  const newest = newestOfEach(documents);
  const held = await versionsOf(server, uid, [...newest.keys()]);
  const current = [...newest.values()].filter(({ id, version }) => (held.get(id) ?? 0) <= version);
  const rejected: RejectedDocument[] = [];
  for (const batch of batches(current, analyse, limits)) {
    const refusals = await addDocuments(server, uid, batch);
    rejected.push(...refusals.map((refusal) => ({ kind, ...refusal })));
  }
  if (rejected.length > 0) throw new DocumentsRejectedError(rejected);
}

/** Absent ids, and an index that is not there, are removed already. */
export async function removeDocuments(server: Server, uid: string, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += idsPerDelete) {
    const portion = ids.slice(at, at + idsPerDelete);
    await mustSucceed(server, () => server.client.index(uid).deleteDocuments(portion), ['index_not_found']);
  }
}

export async function listVersions(server: Server, uid: string): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for (let offset = 0; ; offset += versionsPerRead) {
    const { results, total } = await talk(() =>
      server.client
        .index<IndexedDocument>(uid)
        .getDocuments({ fields: ['id', 'version'], offset, limit: versionsPerRead }),
    );
    for (const { id, version } of results) versions.set(id, version);
    if (results.length === 0 || offset + results.length >= total) return versions;
  }
}

function newestOfEach(documents: readonly SearchDocument[]): Map<string, SearchDocument> {
  const newest = new Map<string, SearchDocument>();
  for (const document of documents) {
    if ((newest.get(document.id)?.version ?? 0) <= document.version) newest.set(document.id, document);
  }
  return newest;
}

async function versionsOf(server: Server, uid: string, ids: readonly string[]): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for (let at = 0; at < ids.length; at += idsPerLookup) {
    const asked = ids.slice(at, at + idsPerLookup);
    const { results } = await talk(() =>
      server.client
        .index<IndexedDocument>(uid)
        .getDocuments({ ids: asked, fields: ['id', 'version'], limit: asked.length }),
    );
    for (const { id, version } of results) versions.set(id, version);
  }
  return versions;
}

function* batches(
  documents: readonly SearchDocument[],
  analyse: AnalyseText,
  limits: BatchLimits,
): Generator<IndexedDocument[]> {
  let batch: IndexedDocument[] = [];
  let bytes = 0;
  for (const document of documents) {
    const indexed = toIndexedDocument(document, analyse);
    const size = Buffer.byteLength(JSON.stringify(indexed));
    if (batch.length > 0 && (batch.length >= limits.documents || bytes + size > limits.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(indexed);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** One bad document fails its whole batch: halves are tried until it stands alone. */
async function addDocuments(
  server: Server,
  uid: string,
  batch: IndexedDocument[],
): Promise<Omit<RejectedDocument, 'kind'>[]> {
  const failure = await tryBatch(server, uid, batch);
  if (failure === null) return [];
  if (!documentFaults.test(failure.code)) throw taskError(failure);
  const [first] = batch;
  if (first !== undefined && batch.length === 1) {
    return [{ id: first.id, reason: `${failure.code}: ${failure.message}`.slice(0, 500) }];
  }
  const middle = Math.ceil(batch.length / 2);
  return [
    ...(await addDocuments(server, uid, batch.slice(0, middle))),
    ...(await addDocuments(server, uid, batch.slice(middle))),
  ];
}

/** Codes that speak of a document or of the size of them all, not of the index or the machine. */
const documentFaults = /document|payload|vector|max_fields/;

async function tryBatch(
  server: Server,
  uid: string,
  batch: IndexedDocument[],
): Promise<MeilisearchErrorResponse | null> {
  try {
    return await runTask(server, () =>
      server.client.index<IndexedDocument>(uid).addDocuments(batch, { primaryKey: 'id' }),
    );
  } catch (error) {
    const code = serverCode(error);
    if (code === undefined || !documentFaults.test(code)) throw error;
    const cause = (error as AppError).details.cause;
    return {
      code,
      message: cause instanceof MeilisearchApiError ? cause.message : '',
      type: 'invalid_request',
      link: '',
    };
  }
}
