import { and, asc, count, desc, eq, getTableColumns, gt, inArray, lt, ne, sql } from 'drizzle-orm';
import {
  agreementAcceptances,
  conversationFiles,
  conversationMessages,
  conversationReads,
  conversationTexts,
  files,
} from '../../db/schema/index.ts';
import { found } from '../core/errors.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';
import { type FileRow, fileColumns } from '../files/service.ts';
import type { introductionIdsOf } from '../matches/service.ts';

export type MessageRow = typeof conversationMessages.$inferSelect;
export type MessageFileRow = typeof conversationFiles.$inferSelect & { file: FileRow };

/** Gives the next number; the introduction is locked. */
export async function insertMessage(tx: Tx, row: Omit<MessageRow, 'number'>, text: string): Promise<MessageRow> {
  const number = sql<number>`(select coalesce(max(m.number), 0) + 1 from conversation_messages m where m.introduction_id = ${row.introductionId})`;
  const [inserted] = await tx
    .insert(conversationMessages)
    .values({ ...row, number })
    .returning();
  await tx.insert(conversationTexts).values({ messageId: row.id, text });
  return found(inserted);
}

export async function getMessageRow(db: Db, introductionId: string, id: string): Promise<MessageRow | undefined> {
  const [row] = await db
    .select()
    .from(conversationMessages)
    .where(and(eq(conversationMessages.id, id), eq(conversationMessages.introductionId, introductionId)));
  return row;
}

export async function getMessageRows(db: Db, ids: readonly string[]): Promise<MessageRow[]> {
  if (ids.length === 0) return [];
  return await db
    .select()
    .from(conversationMessages)
    .where(inArray(conversationMessages.id, [...ids]));
}

/** Newest first, one row longer than the page. */
export async function listMessageRows(
  tx: Tx,
  introductionId: string,
  page: { beforeNumber: number | null; limit: number },
): Promise<MessageRow[]> {
  return await tx
    .select()
    .from(conversationMessages)
    .where(
      and(
        eq(conversationMessages.introductionId, introductionId),
        page.beforeNumber === null ? undefined : lt(conversationMessages.number, page.beforeNumber),
      ),
    )
    .orderBy(desc(conversationMessages.number))
    .limit(page.limit + 1);
}

/** The last message of each conversation of these introductions, newest first; one row longer than the page. */
export async function listLastMessageRows(
  tx: Tx,
  introductionIds: ReturnType<typeof introductionIdsOf>,
  page: { unreadBy: string | null; after: PageKey | null; limit: number },
): Promise<MessageRow[]> {
  const { introductionId, number, id } = conversationMessages;
  const isLast = sql`not exists (select 1 from conversation_messages l
    where l.introduction_id = ${introductionId} and l.number > ${number})`;
  const isUnread = sql`exists (select 1 from conversation_messages u
    left join conversation_reads r on r.introduction_id = u.introduction_id and r.user_id = ${page.unreadBy}
    where u.introduction_id = ${introductionId} and u.author_user_id <> ${page.unreadBy}
      and u.number > coalesce(r.up_to_number, 0))`;
  return await tx
    .select()
    .from(conversationMessages)
    .where(
      and(
        inArray(introductionId, introductionIds),
        isLast,
        page.after === null ? undefined : lt(id, page.after.id),
        page.unreadBy === null ? undefined : isUnread,
      ),
    )
    .orderBy(desc(id))
    .limit(page.limit + 1);
}

/** How far one person has read in each of these conversations, and how many messages of others come after it. */
export async function listReadingsOf(
  tx: Tx,
  introductionIds: readonly string[],
  userId: string,
): Promise<Map<string, { upToNumber: number; unread: number }>> {
  if (introductionIds.length === 0) return new Map();
  const { introductionId, number, authorUserId } = conversationMessages;
  const upToNumber = sql<number>`coalesce(max(${conversationReads.upToNumber}), 0)`;
  const isUnread = sql`${number} > coalesce(${conversationReads.upToNumber}, 0) and ${authorUserId} <> ${userId}`;
  const rows = await tx
    .select({ introductionId, upToNumber, unread: sql<number>`count(*) filter (where ${isUnread})::int` })
    .from(conversationMessages)
    .leftJoin(
      conversationReads,
      and(eq(conversationReads.introductionId, introductionId), eq(conversationReads.userId, userId)),
    )
    .where(inArray(introductionId, [...introductionIds]))
    .groupBy(introductionId);
  return new Map(rows.map((row) => [row.introductionId, { upToNumber: row.upToNumber, unread: row.unread }]));
}

/** By message; without those that row-level security keeps from the actor. */
export async function listTexts(tx: Tx, messageIds: readonly string[]): Promise<Map<string, string>> {
  if (messageIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(conversationTexts)
    .where(inArray(conversationTexts.messageId, [...messageIds]));
  return new Map(rows.map((row) => [row.messageId, row.text]));
}

export async function listMessageFiles(tx: Tx, messageIds: readonly string[]): Promise<MessageFileRow[]> {
  if (messageIds.length === 0) return [];
  return await selectFiles(tx)
    .where(inArray(conversationFiles.messageId, [...messageIds]))
    .orderBy(asc(conversationFiles.name));
}

export async function getMessageFile(tx: Tx, messageId: string, name: string): Promise<MessageFileRow | undefined> {
  const [row] = await selectFiles(tx).where(
    and(eq(conversationFiles.messageId, messageId), eq(conversationFiles.name, name)),
  );
  return row;
}

function selectFiles(tx: Tx) {
  return tx
    .select({ ...getTableColumns(conversationFiles), file: fileColumns })
    .from(conversationFiles)
    .innerJoin(files, eq(files.id, conversationFiles.fileId));
}

export async function insertMessageFile(tx: Tx, row: typeof conversationFiles.$inferInsert): Promise<void> {
  await tx.insert(conversationFiles).values(row);
}

// Reading

/** How many messages of others a person has not read, and up to where they have. */
export async function getReading(
  db: Db,
  introductionId: string,
  userId: string,
): Promise<{ upToNumber: number; unread: number }> {
  const [read] = await db
    .select({ upToNumber: conversationReads.upToNumber })
    .from(conversationReads)
    .where(and(eq(conversationReads.introductionId, introductionId), eq(conversationReads.userId, userId)));
  const upToNumber = read?.upToNumber ?? 0;
  const [row] = await db
    .select({ unread: count() })
    .from(conversationMessages)
    .where(
      and(
        eq(conversationMessages.introductionId, introductionId),
        gt(conversationMessages.number, upToNumber),
        ne(conversationMessages.authorUserId, userId),
      ),
    );
  return { upToNumber, unread: row?.unread ?? 0 };
}

export async function getLastNumber(db: Db, introductionId: string): Promise<number> {
  const [row] = await db
    .select({ number: conversationMessages.number })
    .from(conversationMessages)
    .where(eq(conversationMessages.introductionId, introductionId))
    .orderBy(desc(conversationMessages.number))
    .limit(1);
  return row?.number ?? 0;
}

/** Never back: what has been read stays so. */
export async function saveReading(tx: Tx, row: typeof conversationReads.$inferInsert): Promise<void> {
  await tx
    .insert(conversationReads)
    .values(row)
    .onConflictDoUpdate({
      target: [conversationReads.introductionId, conversationReads.userId],
      set: {
        upToNumber: sql`greatest(${conversationReads.upToNumber}, excluded.up_to_number)`,
        readAt: sql`greatest(${conversationReads.readAt}, excluded.read_at)`,
      },
    });
}

/** How far each person has read in these introductions, and when, by `introductionId userId`. */
export async function listReadings(
  db: Db,
  introductionIds: readonly string[],
): Promise<Map<string, { upToNumber: number; readAt: Date }>> {
  if (introductionIds.length === 0) return new Map();
  const rows = await db
    .select()
    .from(conversationReads)
    .where(inArray(conversationReads.introductionId, [...introductionIds]));
  return new Map(rows.map((row) => [`${row.introductionId} ${row.userId}`, row]));
}

// The agreement

export type AcceptanceRow = typeof agreementAcceptances.$inferSelect;

export async function insertAcceptance(tx: Tx, row: AcceptanceRow): Promise<void> {
  await tx.insert(agreementAcceptances).values(row);
}

/** In the order in which they came. */
export async function listAcceptances(tx: Tx, introductionId: string): Promise<AcceptanceRow[]> {
  return await tx
    .select()
    .from(agreementAcceptances)
    .where(eq(agreementAcceptances.introductionId, introductionId))
    .orderBy(asc(agreementAcceptances.id));
}
