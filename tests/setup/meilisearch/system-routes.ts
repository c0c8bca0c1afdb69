import { field, readFields, required } from './checks.ts';
import type { Database } from './database.ts';
import { MeilisearchError, NotEmulated } from './errors.ts';
import { jsonBody, ok, type Request } from './http.ts';
import { checkedUid } from './index-routes.ts';
import { allowsIndex, checkIndexAccess, type KeyRing } from './keys.ts';
import { multiSearch } from './multi-search.ts';
import { count, readParameters } from './parameters.ts';
import type { Route } from './routes.ts';
import { facetSearch, search } from './search.ts';
import { facetSearchFields, searchFields } from './search-input.ts';
import { summary, type Task, taskView } from './task.ts';
import { matchesTask, readTaskList } from './task-filter.ts';
import type { TaskQueue } from './task-queue.ts';
import { cancelation, taskDeletion } from './task-writes.ts';

const pageFields = { offset: field('invalid_api_key_offset', count), limit: field('invalid_api_key_limit', count) };

export function keyRoutes(keys: KeyRing): Route[] {
  const idOf = (request: Request) => request.params.key as string;
  return [
    {
      method: 'GET',
      path: '/keys',
      action: 'keys.get',
      handle: ({ query }) => {
        const { offset = 0, limit = 20 } = readParameters(query, pageFields);
        return ok(keys.list(offset, limit));
      },
    },
    {
      method: 'POST',
      path: '/keys',
      action: 'keys.create',
      handle: (request) => ({ status: 201, body: keys.create(jsonBody(request)) }),
    },
    { method: 'GET', path: '/keys/:key', action: 'keys.get', handle: (request) => ok(keys.get(idOf(request))) },
    {
      method: 'PATCH',
      path: '/keys/:key',
      action: 'keys.update',
      handle: (request) => ok(keys.update(idOf(request), jsonBody(request))),
    },
    {
      method: 'DELETE',
      path: '/keys/:key',
      action: 'keys.delete',
      handle: (request) => {
        keys.delete(idOf(request));
        return { status: 204 };
      },
    },
  ];
}

export function searchRoutes(database: Database): Route[] {
  const indexOf = (request: Request) => {
    const uid = checkedUid(request.params.uid as string);
    checkIndexAccess(request.access, uid);
    return database.get(uid);
  };
  return [
    {
      method: 'POST',
      path: '/indexes/:uid/search',
      action: 'search',
      handle: (request) => {
        const read = readFields(jsonBody(request), searchFields);
        return ok(search(indexOf(request), read));
      },
    },
    {
      method: 'POST',
      path: '/indexes/:uid/facet-search',
      action: 'search',
      handle: (request) => {
        const read = readFields(jsonBody(request), facetSearchFields);
        const facetName = required(read.facetName, 'facetName', 'missing_facet_search_facet_name');
        return ok(facetSearch(indexOf(request), facetName, read));
      },
    },
    {
      method: 'POST',
      path: '/multi-search',
      action: 'search',
      handle: (request) => ok(multiSearch(database, jsonBody(request), (uid) => checkIndexAccess(request.access, uid))),
    },
  ];
}

export function taskRoutes(queue: TaskQueue, now: () => number): Route[] {
  const seenBy = (request: Request) => (task: Task) =>
    task.indexUid === null ? request.access.indexes === null : allowsIndex(request.access, task.indexUid);
  return [
    {
      method: 'GET',
      path: '/tasks',
      action: 'tasks.get',
      handle: (request) => {
        const { limit = 20, from, reverse = false, ...filter } = readTaskList(request.query);
        const newestFirst = queue.all().filter((task) => seenBy(request)(task) && matchesTask(task, filter));
        const ordered = reverse ? newestFirst.toReversed() : newestFirst;
        const rest = ordered.filter(({ uid }) => from === undefined || (reverse ? uid >= from : uid <= from));
        const page = rest.slice(0, limit);
        return ok({
          results: page.map(taskView),
          total: newestFirst.length,
          limit,
          from: page[0]?.uid ?? null,
          next: rest[limit]?.uid ?? null,
        });
      },
    },
    {
      method: 'GET',
      path: '/tasks/:uid',
      action: 'tasks.get',
      handle: (request) => {
        const given = request.params.uid as string;
        if (!/^\d+$/u.test(given))
          throw new MeilisearchError(
            'invalid_task_uids',
            `Invalid value in parameter \`uids\`: could not parse \`${given}\` as a positive integer`,
          );
        const task = queue.get(Number(given));
        if (task === undefined || !seenBy(request)(task))
          throw new MeilisearchError('task_not_found', `Task \`${given}\` not found.`);
        return ok(taskView(task));
      },
    },
    {
      method: 'POST',
      path: '/tasks/cancel',
      action: 'tasks.cancel',
      handle: (request) => {
        const order = cancelation(queue, request.query, request.queryText, now, seenBy(request));
        const task = queue.enqueue(order);
        queue.interrupt(new Set(order.matched.map((one) => one.uid)));
        return ok(summary(task));
      },
    },
    {
      method: 'DELETE',
      path: '/tasks',
      action: 'tasks.delete',
      handle: (request) =>
        ok(summary(queue.enqueue(taskDeletion(queue, request.query, request.queryText, seenBy(request))))),
    },
  ];
}

export function systemRoutes(version: string): Route[] {
  return [
    { method: 'GET', path: '/health', action: null, handle: () => ok({ status: 'available' }) },
    {
      method: 'GET',
      path: '/version',
      action: 'version',
      handle: () => ok({ commitSha: 'unknown', commitDate: 'unknown', pkgVersion: version }),
    },
  ];
}

/** Paths that a server has and the double has not: not even a test that expects an error may rest on them. */
export function refuseUnemulated(method: string, path: string): void {
  const known =
    /^\/(batches|chats|dumps|dynamic-search-rules|experimental-features|export|logs|metrics|network|render-template|snapshots|webhooks)(\/|$)/u;
  const parts =
    /^\/(indexes\/[^/]+\/(compact|documents\/edit|fields|similar|settings\/(chat|foreign-keys))|tasks\/(compact|stream|\d+\/documents))$/u;
  const isGetSearch = method === 'GET' && /^\/indexes\/[^/]+\/search$/u.test(path);
  if (known.test(path) || parts.test(path) || isGetSearch) throw new NotEmulated(`${method} ${path}`);
}
