import { eq } from 'drizzle-orm';
import { organizationContacts } from '../../../db/schema/index.ts';
import type { Tx } from '../../core/transaction.ts';

export type ContactRow = typeof organizationContacts.$inferSelect;

/** The first contact, at registration, when nobody of the organization is signed in yet. */
export async function insertContact(
  tx: Tx,
  organizationId: string,
  contact: { name: string; phone?: string; email?: string },
  now: Date,
): Promise<void> {
  await tx.insert(organizationContacts).values({ organizationId, ...contact, updatedAt: now });
}

export async function saveContact(
  tx: Tx,
  organizationId: string,
  contact: { name: string; phone?: string; email?: string },
  now: Date,
): Promise<void> {
  const values = { name: contact.name, phone: contact.phone ?? null, email: contact.email ?? null, updatedAt: now };
  await tx
    .insert(organizationContacts)
    .values({ organizationId, ...values })
    .onConflictDoUpdate({ target: organizationContacts.organizationId, set: values });
}

/** Under row-level security: undefined also when the actor may not see it. */
export async function getContact(tx: Tx, organizationId: string): Promise<ContactRow | undefined> {
  const [row] = await tx
    .select()
    .from(organizationContacts)
    .where(eq(organizationContacts.organizationId, organizationId));
  return row;
}
