import { createHmac, randomUUID } from 'node:crypto';
import { field, list, nullable, oneOf, readFields, required, string } from './checks.ts';
import { MeilisearchError, NotEmulated } from './errors.ts';
import { isObject, type Json, type JsonObject, matchesPattern } from './json.ts';
import { instantText } from './task.ts';

export const actions = [
  '*',
  'search',
  'documents.*',
  'documents.add',
  'documents.get',
  'documents.delete',
  'indexes.*',
  'indexes.create',
  'indexes.get',
  'indexes.update',
  'indexes.delete',
  'indexes.swap',
  'tasks.*',
  'tasks.cancel',
  'tasks.delete',
  'tasks.get',
  'settings.*',
  'settings.get',
  'settings.update',
  'stats.*',
  'stats.get',
  'version',
  'keys.get',
  'keys.create',
  'keys.update',
  'keys.delete',
] as const;
export type Action = (typeof actions)[number];

/** What whoever sent a request may do. */
export interface Access {
  can(action: Action): boolean;
  /** Null: everything, also what is of no single index. */
  indexes: readonly string[] | null;
}

interface Key {
  name: string | null;
  description: string | null;
  uid: string;
  actions: Action[];
  indexes: string[];
  expiresAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export const everything: Access = { can: () => true, indexes: null };

const expiry = (value: Json, at: string, code: string): string | null => {
  if (value === null) return null;
  const given = string(value, at, code);
  if (!Number.isNaN(Date.parse(given))) return new Date(given).toISOString();
  const why = `\`${given}\` is not a valid date. It should follow the RFC 3339 format to represents a date or datetime in the future or specified as a null value. e.g. 'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'.`;
  throw new MeilisearchError(code, why);
};

const uuid = (value: Json, at: string, code: string): string => {
  const given = string(value, at, code);
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(given)) return given;
  throw new MeilisearchError(code, `Invalid value at \`${at}\`: invalid uuid \`${given}\`.`);
};

const creationFields = {
  name: field('invalid_api_key_name', nullable(string)),
  description: field('invalid_api_key_description', nullable(string)),
  uid: field('invalid_api_key_uid', nullable(uuid)),
  actions: field('invalid_api_key_actions', list(oneOf(...actions))),
  indexes: field('invalid_api_key_indexes', list(string)),
  expiresAt: field('invalid_api_key_expires_at', expiry),
};

const changeFields = {
  name: field('invalid_api_key_name', (value, at, code) => (value === null ? null : string(value, at, code))),
  description: field('invalid_api_key_description', (value, at, code) =>
    value === null ? null : string(value, at, code),
  ),
};

const immutable: Record<string, string> = {
  actions: 'actions',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  indexes: 'indexes',
  key: 'key',
  uid: 'uid',
  updatedAt: 'updated_at',
};

/** Keys and who a request comes from. A key's value follows from the master key and its uid. */
export class KeyRing {
  readonly #masterKey: string | null;
  readonly #now: () => number;
  readonly #keys = new Map<string, Key>();

  constructor(masterKey: string | null, now: () => number) {
    this.#masterKey = masterKey;
    this.#now = now;
  }

  access(authorization: string | undefined): Access {
    if (this.#masterKey === null) return everything;
    if (authorization === undefined)
      throw new MeilisearchError(
        'missing_authorization_header',
        'The Authorization header is missing. It must use the bearer authorization method.',
      );
    const value = /^Bearer (.+)$/u.exec(authorization)?.[1];
    if (value === this.#masterKey) return everything;
    if (value?.split('.').length === 3) throw new NotEmulated('tenant tokens');
    const key = [...this.#keys.values()].find((one) => this.#valueOf(one) === value);
    if (key === undefined || (key.expiresAt !== null && Date.parse(key.expiresAt) <= this.#now())) throw wrongKey();
    return {
      can: (action) => key.actions.some((one) => one === '*' || one === action || one === `${action.split('.')[0]}.*`),
      indexes: key.indexes.includes('*') ? null : key.indexes,
    };
  }

  #valueOf(key: Key): string {
    return createHmac('sha256', this.#masterKey ?? '')
      .update(key.uid)
      .digest('hex');
  }

  #view(key: Key): JsonObject {
    const { name, description, uid, expiresAt, createdAt, updatedAt } = key;
    return {
      name,
      description,
      key: this.#valueOf(key),
      uid,
      actions: key.actions,
      indexes: key.indexes,
      expiresAt,
      createdAt,
      updatedAt,
    };
  }

  #requireMasterKey(): void {
    if (this.#masterKey === null)
      throw new MeilisearchError(
        'missing_master_key',
        'Meilisearch is running without a master key. To access this API endpoint, you must have set a master key at launch.',
      );
  }

  #find(keyOrUid: string): Key {
    this.#requireMasterKey();
    const found = [...this.#keys.values()].find((key) => key.uid === keyOrUid || this.#valueOf(key) === keyOrUid);
    if (found !== undefined) return found;
    throw new MeilisearchError('api_key_not_found', `API key \`${keyOrUid}\` not found.`);
  }

  create(body: Json): JsonObject {
    this.#requireMasterKey();
    const read = readFields(body, creationFields);
    const uid = read.uid ?? randomUUID();
    if (this.#keys.has(uid))
      throw new MeilisearchError(
        'api_key_already_exists',
        `\`uid\` field value \`${uid}\` is already an existing API key.`,
      );
    const now = instantText(this.#now());
    const key: Key = {
      name: read.name ?? null,
      description: read.description ?? null,
      uid,
      actions: required(read.actions, 'actions', 'missing_api_key_actions'),
      indexes: required(read.indexes, 'indexes', 'missing_api_key_indexes'),
      expiresAt: required<string | null>(read.expiresAt, 'expiresAt', 'missing_api_key_expires_at'),
      createdAt: now,
      updatedAt: now,
    };
    this.#keys.set(uid, key);
    return this.#view(key);
  }

  get(keyOrUid: string): JsonObject {
    return this.#view(this.#find(keyOrUid));
  }

  list(offset: number, limit: number): JsonObject {
    this.#requireMasterKey();
    const all = [...this.#keys.values()].reverse();
    const results = all.slice(offset, offset + limit).map((key) => this.#view(key));
    return { results, offset, limit, total: all.length };
  }

  update(keyOrUid: string, body: Json): JsonObject {
    for (const name of Object.keys(isObject(body) ? body : {}))
      if (immutable[name] !== undefined)
        throw new MeilisearchError(
          `immutable_api_key_${immutable[name]}`,
          `Immutable field \`${name}\`: expected one of \`description\`, \`name\``,
        );
    const change = readFields(body, changeFields);
    const key = this.#find(keyOrUid);
    Object.assign(key, change, { updatedAt: instantText(this.#now()) });
    return this.#view(key);
  }

  delete(keyOrUid: string): void {
    this.#keys.delete(this.#find(keyOrUid).uid);
  }
}

export function wrongKey(): MeilisearchError {
  return new MeilisearchError('invalid_api_key', 'The provided API key is invalid.');
}

export function allowsIndex(access: Access, uid: string): boolean {
  return (
    access.indexes?.some((pattern) => pattern === uid || (pattern.endsWith('*') && matchesPattern(pattern, uid))) ??
    true
  );
}

export function checkIndexAccess(access: Access, uid: string): void {
  if (allowsIndex(access, uid)) return;
  const authorized = JSON.stringify(access.indexes);
  // The server's own spelling.
  const message = `The API key cannot acces the index \`${uid}\`, authorized indexes are ${authorized}.`;
  throw new MeilisearchError('invalid_api_key', message);
}
