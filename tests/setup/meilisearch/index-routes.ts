import { field, nullable, oneOf, readFields, required, string } from './checks.ts';
import type { Database } from './database.ts';
import { MeilisearchError } from './errors.ts';
import { jsonBody, ok, type Request } from './http.ts';
import { creation, indexChange, indexDeletion, type Swap, settingsChange, swapOrder } from './index-writes.ts';
import type { Json, JsonObject } from './json.ts';
import { allowsIndex, checkIndexAccess } from './keys.ts';
import { count, readParameters } from './parameters.ts';
import type { Route } from './routes.ts';
import { readSettings, type SettingName, settingFields } from './settings-input.ts';
import { summary, type TaskOrder } from './task.ts';
import type { TaskQueue } from './task-queue.ts';

const pageFields = { offset: field('invalid_index_offset', count), limit: field('invalid_index_limit', count) };

/** The uid of an index that a request names, if it is one. */
export function checkedUid(uid: string): string {
  if (/^[A-Za-z0-9_-]{1,400}$/u.test(uid)) return uid;
  throw new MeilisearchError(
    'invalid_index_uid',
    `\`${uid}\` is not a valid index uid. Index uid can be an integer or a string containing only alphanumeric characters, hyphens (-) and underscores (_), and can not be more than 512 bytes.`,
  );
}

const uidField = field('invalid_index_uid', (value, at, code) => {
  const uid = string(value, at, code);
  try {
    return checkedUid(uid);
  } catch (error) {
    throw error instanceof MeilisearchError
      ? new MeilisearchError(code, `Invalid value at \`${at}\`: ${error.message}`)
      : error;
  }
});

export function indexRoutes(database: Database, queue: TaskQueue): Route[] {
  const accepted = (order: TaskOrder) => ({ status: 202, body: summary(queue.enqueue(order)) });
  const uidOf = (request: Request): string => {
    const uid = checkedUid(request.params.uid as string);
    checkIndexAccess(request.access, uid);
    return uid;
  };

  function settingRoutes(): Route[] {
    const update = (request: Request, change: JsonObject) =>
      accepted(settingsChange(database, uidOf(request), change, request.access.can('indexes.create')));
    const all = '/indexes/:uid/settings';
    const reset = Object.fromEntries(Object.keys(settingFields).map((name) => [name, null]));
    const { foreignKeys: _keys, chat: _chat, ...resettable } = reset;
    return [
      {
        method: 'GET',
        path: all,
        action: 'settings.get',
        handle: (request) => ok(database.get(uidOf(request)).settings as unknown as JsonObject),
      },
      {
        method: 'PATCH',
        path: all,
        action: 'settings.update',
        handle: (request) => update(request, readSettings(jsonBody(request))),
      },
      { method: 'DELETE', path: all, action: 'settings.update', handle: (request) => update(request, resettable) },
      ...(Object.keys(settingFields) as SettingName[]).flatMap((name): Route[] => {
        const { path, method, read, code } = settingFields[name];
        const own = `${all}/${path}`;
        return [
          {
            method: 'GET',
            path: own,
            action: 'settings.get',
            handle: (request) => {
              const settings = database.get(uidOf(request)).settings as unknown as JsonObject;
              return ok(settings[name] ?? null);
            },
          },
          {
            method,
            path: own,
            action: 'settings.update',
            handle: (request) => update(request, { [name]: read(jsonBody(request), '', code) as Json }),
          },
          {
            method: 'DELETE',
            path: own,
            action: 'settings.update',
            handle: (request) => update(request, { [name]: null }),
          },
        ];
      }),
    ];
  }

  function readSwaps(body: Json): Swap[] {
    if (!Array.isArray(body)) throw new MeilisearchError('bad_request', 'Invalid value type: expected an array');
    const pair = field('invalid_swap_indexes', (value: Json, at: string, code: string) => {
      const uids = Array.isArray(value)
        ? value.map((one, index) => uidField.read(one, `${at}[${index}]`, 'invalid_index_uid') as string)
        : [string(value, at, code)];
      if (uids.length === 2) return uids as [string, string];
      const list = uids.map((uid) => `"${uid}"`).join(', ');
      throw new MeilisearchError(
        code,
        `Two indexes must be given for each swap. The list \`[${list}]\` contains ${uids.length} indexes.`,
      );
    });
    const rename = field('invalid_swap_rename', (value: Json, at: string, code: string) => {
      if (typeof value === 'boolean') return value;
      throw new MeilisearchError(code, `Invalid value type at \`${at}\`: expected a boolean, but found something else`);
    });
    const swaps = body.map((one, at): Swap => {
      const read = readFields(one, { indexes: pair, rename }, `[${at}]`);
      return {
        indexes: required(read.indexes, 'indexes', 'missing_swap_indexes', `[${at}]`),
        rename: read.rename ?? false,
      };
    });
    const named = swaps.flatMap((swap) => swap.indexes);
    const twice = named.find((uid, at) => named.indexOf(uid) !== at);
    if (twice !== undefined)
      throw new MeilisearchError(
        'invalid_swap_duplicate_index_found',
        `Indexes must be declared only once during a swap. \`${twice}\` was specified several times.`,
      );
    return swaps;
  }

  const isIndexing = (uid: string): boolean => queue.isIndexing(uid);
  const sizeFields = {
    showInternalDatabaseSizes: field('invalid_stats_show_internal_database_sizes', (value) => value === 'true'),
    sizeFormat: field('invalid_stats_size_format', oneOf('human', 'raw')),
  };

  return [
    {
      method: 'GET',
      path: '/indexes',
      action: 'indexes.get',
      handle: ({ query, access }) => {
        const { offset = 0, limit = 20 } = readParameters(query, pageFields);
        const mine = database.all().filter((index) => allowsIndex(access, index.uid));
        const results = mine.slice(offset, offset + limit).map((index) => index.view());
        return ok({ results, offset, limit, total: mine.length });
      },
    },
    {
      method: 'POST',
      path: '/indexes',
      action: 'indexes.create',
      handle: (request) => {
        const primaryKey = field('invalid_index_primary_key', nullable(string));
        const read = readFields(jsonBody(request), { uid: uidField, primaryKey });
        const uid = required(read.uid, 'uid', 'missing_index_uid');
        checkIndexAccess(request.access, uid);
        return accepted(creation(database, uid, read.primaryKey ?? null));
      },
    },
    {
      method: 'GET',
      path: '/indexes/:uid',
      action: 'indexes.get',
      handle: (request) => ok(database.get(uidOf(request)).view()),
    },
    {
      method: 'PATCH',
      path: '/indexes/:uid',
      action: 'indexes.update',
      handle: (request) => {
        const primaryKey = field('invalid_index_primary_key', nullable(string));
        const read = readFields(jsonBody(request), { uid: uidField, primaryKey });
        return accepted(indexChange(database, uidOf(request), read.primaryKey, read.uid));
      },
    },
    {
      method: 'DELETE',
      path: '/indexes/:uid',
      action: 'indexes.delete',
      handle: (request) => accepted(indexDeletion(database, uidOf(request))),
    },
    {
      method: 'GET',
      path: '/indexes/:uid/stats',
      action: 'stats.get',
      handle: (request) => {
        readParameters(request.query, sizeFields);
        const uid = uidOf(request);
        return ok(database.get(uid).stats(isIndexing(uid)));
      },
    },
    {
      method: 'GET',
      path: '/stats',
      action: 'stats.get',
      handle: ({ query, access }) => {
        readParameters(query, sizeFields);
        const mine = database.all().filter((index) => allowsIndex(access, index.uid));
        const indexes = Object.fromEntries(mine.map((index) => [index.uid, index.stats(isIndexing(index.uid))]));
        const bytes = Object.values(indexes).reduce((total, stats) => total + Number(stats.rawDocumentDbSize), 0);
        const lastUpdate =
          mine
            .map((index) => index.updatedAt)
            .toSorted()
            .at(-1) ?? null;
        return ok({ databaseSize: bytes, usedDatabaseSize: bytes, lastUpdate, indexes });
      },
    },
    {
      method: 'POST',
      path: '/swap-indexes',
      action: 'indexes.swap',
      handle: (request) => {
        const swaps = readSwaps(jsonBody(request));
        for (const swap of swaps) for (const uid of swap.indexes) checkIndexAccess(request.access, uid);
        return accepted(swapOrder(database, queue, swaps));
      },
    },
    ...settingRoutes(),
  ];
}
