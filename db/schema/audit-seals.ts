import { bigint, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { xid8 } from './columns.ts';

/**
 * The chain over the audit trail: one row for each entry, in commit order. Without a foreign key: that an entry is gone is
 * what the chain is there to tell, and each key check would write to the entry's page.
 */
export const auditSeals = pgTable(
  'audit_seals',
  {
    /** From 1, without gaps. */
    seq: bigint('seq', { mode: 'number' }).primaryKey(),
    entryId: uuid('entry_id').notNull(),
    /** With the entry's id, how far the sealer had read. */
    xid: xid8('xid').notNull(),
    /** Hexadecimal: SHA-256 of the hash before and the entry (src/audit-trail/rules.ts). */
    hash: text('hash').notNull(),
  },
  (t) => [uniqueIndex('audit_seals_entry_id_key').on(t.entryId)],
);
