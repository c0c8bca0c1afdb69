import { indexNotFound } from './errors.ts';
import type { JsonObject } from './json.ts';
import { defaultSettings, type Settings } from './settings.ts';

/** One index. Documents keep the internal number they get first; the lowest free one goes to the next new document. */
export class Index {
  uid: string;
  primaryKey: string | null;
  readonly createdAt: string;
  updatedAt: string;
  settings: Settings = defaultSettings();
  readonly #numbers = new Map<string, number>();
  #slots: (JsonObject | null)[] = [];

  constructor(uid: string, primaryKey: string | null, now: string) {
    this.uid = uid;
    this.primaryKey = primaryKey;
    this.createdAt = now;
    this.updatedAt = now;
  }

  get size(): number {
    return this.#numbers.size;
  }

  get(id: string): JsonObject | undefined {
    const number = this.#numbers.get(id);
    return number === undefined ? undefined : (this.#slots[number] ?? undefined);
  }

  put(id: string, document: JsonObject): void {
    const known = this.#numbers.get(id);
    if (known !== undefined) {
      this.#slots[known] = document;
      return;
    }
    const free = this.#slots.length === this.#numbers.size ? -1 : this.#slots.indexOf(null);
    const number = free === -1 ? this.#slots.length : free;
    this.#numbers.set(id, number);
    this.#slots[number] = document;
  }

  delete(id: string): boolean {
    const number = this.#numbers.get(id);
    if (number === undefined) return false;
    this.#numbers.delete(id);
    this.#slots[number] = null;
    return true;
  }

  clear(): void {
    this.#numbers.clear();
    this.#slots = [];
  }

  /** In the order of their internal numbers, which is the last tie-break of a search and the order of a scan. */
  documents(): JsonObject[] {
    return this.#slots.filter((document) => document !== null);
  }

  idOf(document: JsonObject): string {
    return String(document[this.primaryKey ?? 'id']);
  }

  view(): JsonObject {
    return { uid: this.uid, createdAt: this.createdAt, updatedAt: this.updatedAt, primaryKey: this.primaryKey };
  }

  stats(isIndexing: boolean): JsonObject {
    const documents = this.documents();
    const fields = new Map<string, number>();
    let bytes = 0;
    for (const document of documents) {
      bytes += Buffer.byteLength(JSON.stringify(document));
      for (const name of Object.keys(document)) fields.set(name, (fields.get(name) ?? 0) + 1);
    }
    return {
      numberOfDocuments: documents.length,
      rawDocumentDbSize: bytes,
      avgDocumentSize: documents.length === 0 ? 0 : Math.floor(bytes / documents.length),
      isIndexing,
      numberOfEmbeddings: 0,
      numberOfEmbeddedDocuments: 0,
      fieldDistribution: Object.fromEntries([...fields].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}

export class Database {
  readonly #indexes = new Map<string, Index>();
  readonly #now: () => string;

  constructor(now: () => string) {
    this.#now = now;
  }

  find(uid: string): Index | undefined {
    return this.#indexes.get(uid);
  }

  get(uid: string): Index {
    const index = this.#indexes.get(uid);
    if (index === undefined) throw indexNotFound(uid);
    return index;
  }

  all(): Index[] {
    return [...this.#indexes.values()].toSorted((a, b) => (a.uid < b.uid ? -1 : 1));
  }

  create(uid: string, primaryKey: string | null): Index {
    const index = new Index(uid, primaryKey, this.#now());
    this.#indexes.set(uid, index);
    return index;
  }

  remove(uid: string): void {
    this.#indexes.delete(uid);
  }

  /** Everything an index has goes under the other name. */
  swap(a: string, b: string): void {
    const [first, second] = [this.get(a), this.get(b)];
    first.uid = b;
    second.uid = a;
    this.#indexes.set(b, first);
    this.#indexes.set(a, second);
  }

  rename(from: string, to: string): void {
    const index = this.get(from);
    this.#indexes.delete(from);
    index.uid = to;
    this.#indexes.set(to, index);
  }

  touch(index: Index): void {
    index.updatedAt = this.#now();
  }
}
