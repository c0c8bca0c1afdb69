import type { Database } from './database.ts';
import { MeilisearchError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { withChange } from './settings.ts';
import type { Task, TaskOrder } from './task.ts';
import { isFinished } from './task.ts';
import type { TaskQueue } from './task-queue.ts';

function alreadyExists(uid: string): MeilisearchError {
  return new MeilisearchError('index_already_exists', `Index \`${uid}\` already exists.`);
}

export function creation(database: Database, uid: string, primaryKey: string | null): TaskOrder {
  return {
    type: 'indexCreation',
    indexUid: uid,
    details: { primaryKey },
    run() {
      if (database.find(uid) !== undefined) throw alreadyExists(uid);
      database.create(uid, primaryKey);
      return { primaryKey };
    },
  };
}

export function indexChange(
  database: Database,
  uid: string,
  primaryKey: string | null | undefined,
  newUid: string | undefined,
): TaskOrder {
  const details: JsonObject = { primaryKey: primaryKey ?? null };
  if (newUid !== undefined) Object.assign(details, { oldIndexUid: uid, newIndexUid: newUid });
  return {
    type: 'indexUpdate',
    indexUid: uid,
    details,
    run() {
      const index = database.get(uid);
      if (newUid !== undefined && newUid !== uid && database.find(newUid) !== undefined) throw alreadyExists(newUid);
      if (primaryKey && primaryKey !== index.primaryKey) {
        if (index.size > 0)
          throw new MeilisearchError(
            'index_primary_key_already_exists',
            `Index \`${uid}\`: Index already has a primary key: \`${index.primaryKey}\`.`,
          );
        index.primaryKey = primaryKey;
      }
      if (newUid !== undefined && newUid !== uid) database.rename(uid, newUid);
      database.touch(index);
      return details;
    },
  };
}

export function indexDeletion(database: Database, uid: string): TaskOrder {
  return {
    type: 'indexDeletion',
    indexUid: uid,
    details: { deletedDocuments: null },
    run() {
      const deletedDocuments = database.get(uid).size;
      database.remove(uid);
      return { deletedDocuments };
    },
  };
}

export function settingsChange(
  database: Database,
  uid: string,
  change: JsonObject,
  mayCreateIndex: boolean,
): TaskOrder {
  return {
    type: 'settingsUpdate',
    indexUid: uid,
    details: change,
    mergesAs: 'settings',
    run() {
      if (!mayCreateIndex) database.get(uid);
      const index = database.find(uid) ?? database.create(uid, null);
      index.settings = withChange(index.settings, change);
      database.touch(index);
      return change;
    },
  };
}

export interface Swap {
  indexes: [string, string];
  rename: boolean;
}

function notFound(uids: readonly string[]): MeilisearchError {
  const names = uids.toSorted().map((uid) => `\`${uid}\``);
  const message = names.length === 1 ? `Index ${names[0]} not found.` : `Indexes ${names.join(', ')} not found.`;
  return new MeilisearchError('index_not_found', message);
}

/** All swaps or none. What the finished tasks of an index tell goes with its content; waiting tasks keep their names. */
export function swapOrder(database: Database, queue: TaskQueue, swaps: readonly Swap[]): TaskOrder {
  const details = { swaps: swaps.map(({ indexes, rename }) => ({ indexes, rename })) };
  return {
    type: 'indexSwap',
    indexUid: null,
    concerns: swaps.flatMap((swap) => swap.indexes),
    details,
    run(task: Task) {
      const needed = swaps.flatMap((swap) => (swap.rename ? [swap.indexes[0]] : swap.indexes));
      const missing = needed.filter((uid) => database.find(uid) === undefined);
      if (missing.length > 0) throw notFound(missing);
      for (const { indexes, rename } of swaps)
        if (rename && database.find(indexes[1]) !== undefined) throw alreadyExists(indexes[1]);
      for (const { indexes, rename } of swaps) {
        const [a, b] = indexes;
        if (rename) database.rename(a, b);
        else database.swap(a, b);
        for (const earlier of queue.all()) {
          if (earlier.uid >= task.uid || !isFinished(earlier)) continue;
          if (earlier.indexUid === a) earlier.indexUid = b;
          else if (earlier.indexUid === b) earlier.indexUid = a;
        }
      }
      return details;
    },
  };
}
