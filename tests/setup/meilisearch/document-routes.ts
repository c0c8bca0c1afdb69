import {
  anything,
  count,
  field,
  list,
  nullable,
  type Read,
  type Reader,
  readFields,
  required,
  string,
} from './checks.ts';
import type { Database, Index } from './database.ts';
import { additionOrder, deletionByFilter, deletionByIds, deletionOfAll } from './document-writes.ts';
import { MeilisearchError, NotEmulated } from './errors.ts';
import { checkFilter, matchesFilter } from './filter-match.ts';
import { parseFilter } from './filter-parser.ts';
import { type Answer, documentsBody, jsonBody, ok, type Request } from './http.ts';
import { checkedUid } from './index-routes.ts';
import { type Json, type JsonObject, select } from './json.ts';
import { checkIndexAccess } from './keys.ts';
import * as parameters from './parameters.ts';
import type { Route } from './routes.ts';
import { readSort, sortOrder } from './sort.ts';
import { summary, type TaskOrder } from './task.ts';
import type { TaskQueue } from './task-queue.ts';

const noVectors: Reader<null> = (value) => {
  if (value === true || value === 'true') throw new NotEmulated('vectors');
  return undefined;
};

const id: Reader<string> = (value, at, code) => (typeof value === 'number' ? String(value) : string(value, at, code));

/** A scan by POST; by GET the same, as parameters. */
const fetchFields = {
  offset: field('invalid_document_offset', count),
  limit: field('invalid_document_limit', count),
  fields: field('invalid_document_fields', nullable(list(string))),
  retrieveVectors: field('invalid_document_retrieve_vectors', noVectors),
  ids: field('invalid_document_ids', nullable(list(id))),
  filter: field('invalid_document_filter', nullable(anything)),
  sort: field('invalid_document_sort', nullable(list(string))),
};

const scanFields = {
  offset: field('invalid_document_offset', parameters.count),
  limit: field('invalid_document_limit', parameters.count),
  fields: field('invalid_document_fields', parameters.commaList(parameters.text)),
  retrieveVectors: field('invalid_document_retrieve_vectors', noVectors),
  ids: field('invalid_document_ids', parameters.commaList(parameters.text)),
  filter: field('invalid_document_filter', anything),
  sort: field('invalid_document_sort', parameters.commaList(parameters.text)),
};

const writeFields = {
  primaryKey: field('invalid_index_primary_key', parameters.text),
  csvDelimiter: field('invalid_document_csv_delimiter', parameters.text),
  customMetadata: field('invalid_index_custom_metadata', parameters.text),
  skipCreation: field('invalid_skip_creation', parameters.boolean),
};

const metadataField = { customMetadata: writeFields.customMetadata };

function scan(index: Index, request: Read<typeof fetchFields>): Answer {
  const { offset = 0, limit = 20, fields = ['*'], ids } = request;
  const filter = parseFilter(request.filter, 'invalid_document_filter');
  checkFilter(filter, index.uid, index.settings, 'invalid_document_filter');
  const sort = readSort(request.sort ?? [], index.uid, index.settings, 'invalid_document_sort');
  const found = index
    .documents()
    .filter((document) => (ids?.includes(index.idOf(document)) ?? true) && matchesFilter(filter, document));
  if (sort.length > 0) found.sort((a, b) => sortOrder(a, b, sort));
  const results = found.slice(offset, offset + limit).map((document) => select(document, fields));
  return ok({ results, offset, limit, total: found.length });
}

function readIds(body: Json): string[] {
  if (!Array.isArray(body))
    throw new MeilisearchError('bad_request', 'Invalid value type: expected an array of document ids');
  return body.map((one, at) => id(one, `[${at}]`, 'bad_request') as string);
}

export function documentRoutes(database: Database, queue: TaskQueue): Route[] {
  const accepted = (order: TaskOrder): Answer => ({ status: 202, body: summary(queue.enqueue(order)) });
  const uidOf = (request: Request): string => {
    const uid = checkedUid(request.params.uid as string);
    checkIndexAccess(request.access, uid);
    return uid;
  };
  const metadataOf = (request: Request) => parameters.readParameters(request.query, metadataField).customMetadata;
  const path = '/indexes/:uid/documents';

  const adding = (method: string, mode: 'replace' | 'update'): Route => ({
    method,
    path,
    action: 'documents.add',
    handle: (request) => {
      const uid = uidOf(request);
      const {
        primaryKey,
        customMetadata,
        skipCreation = false,
      } = parameters.readParameters(request.query, writeFields);
      const mayCreateIndex = request.access.can('indexes.create');
      const documents = documentsBody(request);
      return accepted(
        additionOrder(database, uid, { documents, mode, primaryKey, skipCreation, mayCreateIndex, customMetadata }),
      );
    },
  });

  return [
    adding('POST', 'replace'),
    adding('PUT', 'update'),
    {
      method: 'GET',
      path,
      action: 'documents.get',
      handle: (request) => {
        const read = parameters.readParameters(request.query, scanFields);
        return scan(database.get(uidOf(request)), read);
      },
    },
    {
      method: 'DELETE',
      path,
      action: 'documents.delete',
      handle: (request) => accepted(deletionOfAll(database, uidOf(request), metadataOf(request))),
    },
    {
      method: 'POST',
      path: `${path}/fetch`,
      action: 'documents.get',
      handle: (request) => {
        const read = readFields(jsonBody(request), fetchFields);
        return scan(database.get(uidOf(request)), read);
      },
    },
    {
      method: 'POST',
      path: `${path}/delete-batch`,
      action: 'documents.delete',
      handle: (request) =>
        accepted(deletionByIds(database, uidOf(request), readIds(jsonBody(request)), metadataOf(request))),
    },
    {
      method: 'POST',
      path: `${path}/delete`,
      action: 'documents.delete',
      handle: (request) => {
        const read = readFields(jsonBody(request), { filter: field('invalid_document_filter', anything) });
        const filter = required<Json>(read.filter, 'filter', 'missing_document_filter');
        return accepted(deletionByFilter(database, uidOf(request), filter, metadataOf(request)));
      },
    },
    {
      method: 'GET',
      path: `${path}/:id`,
      action: 'documents.get',
      handle: (request) => {
        const { fields, retrieveVectors } = scanFields;
        const read = parameters.readParameters(request.query, { fields, retrieveVectors });
        const document: JsonObject | undefined = database.get(uidOf(request)).get(request.params.id as string);
        if (document === undefined)
          throw new MeilisearchError('document_not_found', `Document \`${request.params.id}\` not found.`);
        return ok(select(document, read.fields ?? ['*']));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      action: 'documents.delete',
      handle: (request) =>
        accepted(deletionByIds(database, uidOf(request), [request.params.id as string], metadataOf(request))),
    },
  ];
}
