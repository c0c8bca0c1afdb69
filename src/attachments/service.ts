/**
 * Files of demands and results, for the owner and its brokers; for a counterparty once both have accepted the
 * confidentiality agreement of an introduction (src/conversations), and then for good: what was opened has been read.
 */
import { audit } from '../core/audit.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, found } from '../core/errors.ts';
import type { ServedFile, Upload } from '../core/file-store.ts';
import { newId } from '../core/ids.ts';
import { readTransaction, type Tx, transaction } from '../core/transaction.ts';
import { insertFile, releaseFile, serveFile, storeUpload } from '../files/service.ts';
import { areFilesOpenTo } from '../organizations/service.ts';
import { mayWrite, requireChangeable } from '../records/service.ts';
import { audienceOfFiles, type FileAudience } from './policy.ts';
import { maxAttachmentBytes, maxAttachmentsPerRecord } from './rules.ts';
import {
  countOtherAttachments,
  deleteAttachmentRow,
  getAttachmentRow,
  listAttachmentRows,
  saveAttachmentRow,
} from './store.ts';
import { type RecordRow, type RecordType, subjects } from './subjects.ts';
import { type AttachmentListView, type AttachmentView, toAttachmentView } from './views.ts';

export type { RecordType } from './subjects.ts';

interface RecordRef {
  recordType: RecordType;
  recordId: string;
}

interface AttachmentRef extends RecordRef {
  name: string;
}

async function loadRecord(tx: Tx, { recordType, recordId }: RecordRef): Promise<RecordRow> {
  const [row] = await subjects[recordType].load(tx, [recordId]);
  return found(row);
}

/**
 * Keeps a file with a record, in place of one of the same name.
 * @throws AppError CONFLICT when the record has as many files as it may have, INVALID_STATE when it cannot be changed;
 * and what `storeUpload` throws
 */
export async function putAttachment(ctx: Ctx, input: AttachmentRef & { upload: Upload }): Promise<AttachmentView> {
  const { recordType, recordId, name, upload } = input;
  // Before a byte of it is read; once more below, under the lock.
  await readTransaction(ctx, async (tx) => requireRoom(tx, ctx, await loadRecord(tx, input), name));
  const file = await storeUpload(ctx, upload, maxAttachmentBytes);
  return await transaction(ctx, async (tx) => {
    const record = found(await subjects[recordType].lock(tx, recordId));
    await requireRoom(tx, ctx, record, name);
    const replaced = await getAttachmentRow(tx, record.id, name);
    await insertFile(tx, file);
    const row = await saveAttachmentRow(tx, {
      id: newId(),
      recordType,
      recordId: record.id,
      name,
      fileId: file.id,
      createdAt: file.createdAt,
    });
    if (replaced !== undefined) await releaseFile(tx, ctx, replaced.fileId);
    await recordStep(tx, ctx, 'attachment.put', input, record, row.id);
    return toAttachmentView({ ...row, file });
  });
}

async function requireRoom(tx: Tx, ctx: Ctx, record: RecordRow, name: string): Promise<void> {
  mayWrite(ctx.actor, record, ctx.clock.now());
  requireChangeable(record.status);
  if ((await countOtherAttachments(tx, record.id, name)) < maxAttachmentsPerRecord) return;
  throw conflict({
    zh: `每条记录最多 ${maxAttachmentsPerRecord} 个附件；请先删除不再需要的。`,
    en: `A record has at most ${maxAttachmentsPerRecord} files; delete one that is no longer needed first.`,
  });
}

export async function deleteAttachment(ctx: Ctx, input: AttachmentRef): Promise<void> {
  await transaction(ctx, async (tx) => {
    const record = found(await subjects[input.recordType].lock(tx, input.recordId));
    mayWrite(ctx.actor, record, ctx.clock.now());
    const row = found(await getAttachmentRow(tx, record.id, input.name));
    await deleteAttachmentRow(tx, row.id);
    await releaseFile(tx, ctx, row.fileId);
    await recordStep(tx, ctx, 'attachment.delete', input, record, row.id);
  });
}

/** Files are a matter of their record, in whose history they stand; a name may tell what is confidential, an id does not. */
async function recordStep(
  tx: Tx,
  ctx: Ctx,
  action: string,
  { recordType }: RecordRef,
  record: RecordRow,
  attachmentId: string,
): Promise<void> {
  await audit(tx, ctx, {
    action,
    subjectType: recordType,
    subjectId: record.id,
    marketId: record.homeMarketId,
    details: { attachmentId },
  });
}

async function audienceOf(tx: Tx, ctx: Ctx, record: RecordRow): Promise<FileAudience> {
  return audienceOfFiles(ctx.actor, record, await areFilesOpenTo(tx, record.id, ctx.actor));
}

export async function listAttachments(ctx: Ctx, input: RecordRef): Promise<AttachmentListView> {
  return await readTransaction(ctx, async (tx) => {
    const record = await loadRecord(tx, input);
    await audienceOf(tx, ctx, record);
    return { items: (await listAttachmentRows(tx, record.id)).map(toAttachmentView) };
  });
}

/** A counterparty that is let in to a file is remembered, in the history of the record. */
export async function readAttachment(ctx: Ctx, input: AttachmentRef): Promise<ServedFile> {
  return await transaction(ctx, async (tx) => {
    const record = await loadRecord(tx, input);
    const audience = await audienceOf(tx, ctx, record);
    const row = found(await getAttachmentRow(tx, record.id, input.name));
    if (audience === 'counterparty') await recordStep(tx, ctx, 'attachment.open', input, record, row.id);
    return serveFile(ctx, row.name, row.file);
  });
}
