import { customType, integer, timestamp, uuid } from 'drizzle-orm/pg-core';

/** App-made UUIDv7 (`core/ids.ts`). */
export function idColumn() {
  return uuid('id').primaryKey();
}

export function instant(name: string) {
  return timestamp(name, { withTimezone: true, mode: 'date' });
}

/** Optimistic concurrency: goes up by one with every change; shown as the ETag. */
export function versionColumn() {
  return integer('version').notNull().default(1);
}

export function createdAt() {
  return instant('created_at').notNull();
}

export function updatedAt() {
  return instant('updated_at').notNull();
}

/** A 64-bit transaction id; decimal text in TypeScript. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });
