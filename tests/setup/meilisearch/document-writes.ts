import type { Database, Index } from './database.ts';
import { MeilisearchError } from './errors.ts';
import { checkFilter, matchesFilter } from './filter-match.ts';
import { parseFilter } from './filter-parser.ts';
import type { Json, JsonObject } from './json.ts';
import type { TaskOrder } from './task.ts';

export interface Addition {
  documents: JsonObject[];
  /** `replace`: the whole document; `update`: its top-level fields. */
  mode: 'replace' | 'update';
  primaryKey: string | undefined;
  /** Only documents that are there are written. */
  skipCreation: boolean;
  /** False: a missing index is an error, because the key may not create one. */
  mayCreateIndex: boolean;
  customMetadata: string | undefined;
}

const maxIdBytes = 511;

function inferredPrimaryKey(uid: string, document: JsonObject): string {
  const candidates = Object.keys(document).filter((name) => name.toLowerCase().endsWith('id'));
  const [only] = candidates;
  const advice = 'Please specify the primary key manually using the `primaryKey` query parameter.';
  if (only === undefined)
    throw new MeilisearchError(
      'index_primary_key_no_candidate_found',
      `Index \`${uid}\`: The primary key inference failed as the engine did not find any field ending with \`id\` in its name. ${advice}`,
    );
  if (candidates.length > 1)
    throw new MeilisearchError(
      'index_primary_key_multiple_candidates_found',
      `Index \`${uid}\`: The primary key inference failed as the engine found ${candidates.length} fields ending with \`id\` in their names: '${candidates[0]}' and '${candidates[1]}'. ${advice}`,
    );
  return only;
}

function documentId(uid: string, primaryKey: string, document: JsonObject): string {
  const given = document[primaryKey];
  if (given === undefined)
    throw new MeilisearchError(
      'missing_document_id',
      `Index \`${uid}\`: Document doesn't have a \`${primaryKey}\` attribute: \`${JSON.stringify(document)}\`.`,
    );
  const isInteger = typeof given === 'number' && Number.isInteger(given);
  const isName = typeof given === 'string' && /^[A-Za-z0-9_-]+$/u.test(given) && given.length <= maxIdBytes;
  if (!isInteger && !isName)
    throw new MeilisearchError(
      'invalid_document_id',
      `Index \`${uid}\`: Document identifier \`${JSON.stringify(given)}\` is invalid. A document identifier can be of type integer or string, only composed of alphanumeric characters (a-z A-Z 0-9), hyphens (-) and underscores (_), and can not be more than 511 bytes.`,
    );
  return String(given);
}

function primaryKeyFor(index: Index, addition: Addition): string | null {
  const { primaryKey, documents } = addition;
  if (index.primaryKey !== null) {
    if (primaryKey !== undefined && primaryKey !== index.primaryKey)
      throw new MeilisearchError(
        'index_primary_key_already_exists',
        `Index \`${index.uid}\`: Index already has a primary key: \`${index.primaryKey}\`.`,
      );
    return index.primaryKey;
  }
  const [first] = documents;
  return primaryKey ?? (first === undefined ? null : inferredPrimaryKey(index.uid, first));
}

/** One bad document fails the whole task: the ids are all read before anything is written. */
function add(index: Index, addition: Addition): void {
  const primaryKey = primaryKeyFor(index, addition);
  if (primaryKey === null) return;
  const identified = addition.documents.map(
    (document) => [documentId(index.uid, primaryKey, document), document] as const,
  );
  index.primaryKey = primaryKey;
  for (const [id, document] of identified) {
    const held = index.get(id);
    if (held === undefined && addition.skipCreation) continue;
    index.put(id, structuredClone(addition.mode === 'update' ? { ...held, ...document } : document));
  }
}

export function additionOrder(database: Database, uid: string, addition: Addition): TaskOrder {
  const receivedDocuments = addition.documents.length;
  return {
    type: 'documentAdditionOrUpdate',
    indexUid: uid,
    details: { receivedDocuments, indexedDocuments: null },
    mergesAs: 'documents',
    customMetadata: addition.customMetadata,
    run() {
      if (!addition.mayCreateIndex) database.get(uid);
      const index = database.find(uid) ?? database.create(uid, addition.primaryKey ?? null);
      add(index, addition);
      database.touch(index);
      return { receivedDocuments, indexedDocuments: receivedDocuments };
    },
  };
}

function deletion(
  uid: string,
  providedIds: number,
  originalFilter: string | null,
  customMetadata: string | undefined,
  work: () => number,
): TaskOrder {
  return {
    type: 'documentDeletion',
    indexUid: uid,
    details: { providedIds, deletedDocuments: null, originalFilter },
    customMetadata,
    run: () => ({ providedIds, deletedDocuments: work(), originalFilter }),
  };
}

/** Ids that are not there are no mistake; a missing index is. */
export function deletionByIds(
  database: Database,
  uid: string,
  ids: readonly string[],
  customMetadata: string | undefined,
): TaskOrder {
  const order = deletion(uid, ids.length, null, customMetadata, () => {
    const index = database.get(uid);
    const deleted = ids.filter((id) => index.delete(id)).length;
    database.touch(index);
    return deleted;
  });
  return { ...order, mergesAs: 'documents' };
}

/** The syntax is checked at once; whether the fields can be filtered only when the task is worked off. */
export function deletionByFilter(
  database: Database,
  uid: string,
  given: Json,
  customMetadata: string | undefined,
): TaskOrder {
  const filter = parseFilter(given, 'invalid_document_filter');
  if (filter === null) throw new MeilisearchError('invalid_document_filter', 'Sending an empty filter is forbidden.');
  return deletion(uid, 0, JSON.stringify(given), customMetadata, () => {
    const index = database.get(uid);
    checkFilter(filter, uid, index.settings, 'invalid_document_filter');
    const doomed = index.documents().filter((document) => matchesFilter(filter, document));
    for (const document of doomed) index.delete(index.idOf(document));
    database.touch(index);
    return doomed.length;
  });
}

export function deletionOfAll(database: Database, uid: string, customMetadata: string | undefined): TaskOrder {
  return deletion(uid, 0, null, customMetadata, () => {
    const index = database.get(uid);
    const deleted = index.size;
    index.clear();
    database.touch(index);
    return deleted;
  });
}
