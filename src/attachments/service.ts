/**
 * Files of demands and results. A counterparty does not get them, not even once both have accepted: files come after
 * the confidentiality agreement, which Duijie does not keep yet. Until it does they are for the owner and its brokers.
 */
import { createHash } from 'node:crypto';
import { audit } from '../core/audit.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, found } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { readTransaction, type Tx, transaction } from '../core/transaction.ts';
import { getDemandRows, lockDemand } from '../demands/service.ts';
import { mayWrite, type OwnedRecord, requireChangeable } from '../records/service.ts';
import { getResultRows, lockResult } from '../results/service.ts';
import { mayReadAttachments } from './policy.ts';
import { maxAttachmentsPerRecord } from './rules.ts';
import {
  countOtherAttachments,
  deleteAttachmentRow,
  getAttachmentContent,
  listAttachmentRows,
  saveAttachmentRow,
} from './store.ts';
import { type AttachmentListView, type AttachmentView, toAttachmentView } from './views.ts';

export type RecordType = 'demand' | 'result';

type RecordRow = OwnedRecord & { id: string; ownerVerified: boolean };

const rowsOf: Record<RecordType, (tx: Tx, ids: readonly string[]) => Promise<RecordRow[]>> = {
  demand: getDemandRows,
  result: getResultRows,
};

/** So that a record's files are written one request at a time, and while it is in the state that was seen. */
const lockOf: Record<RecordType, (tx: Tx, id: string) => Promise<RecordRow | undefined>> = {
  demand: lockDemand,
  result: lockResult,
};

interface RecordRef {
  recordType: RecordType;
  recordId: string;
}

interface AttachmentRef extends RecordRef {
  name: string;
}

async function loadRecord(tx: Tx, { recordType, recordId }: RecordRef): Promise<RecordRow> {
  const [row] = await rowsOf[recordType](tx, [recordId]);
  return found(row);
}

/**
 * Keeps a file with a record, in place of one of the same name.
 * @throws AppError CONFLICT when the record has as many files as it may have, INVALID_STATE when it cannot be changed
 */
export async function putAttachment(
  ctx: Ctx,
  input: AttachmentRef & { mediaType: string; content: Buffer },
): Promise<AttachmentView> {
  return await transaction(ctx, async (tx) => {
    const { recordType, name, mediaType, content } = input;
    const now = ctx.clock.now();
    const record = found(await lockOf[recordType](tx, input.recordId));
    mayWrite(ctx.actor, record, now);
    requireChangeable(record.status);
    if ((await countOtherAttachments(tx, record.id, name)) >= maxAttachmentsPerRecord) {
      throw conflict({
        zh: `每条记录最多 ${maxAttachmentsPerRecord} 个附件；请先删除不再需要的。`,
        en: `A record has at most ${maxAttachmentsPerRecord} files; delete one that is no longer needed first.`,
      });
    }
    const row = await saveAttachmentRow(tx, {
      id: newId(),
      recordType,
      recordId: record.id,
      name,
      mediaType,
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      content,
      createdByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
      createdAt: now,
    });
    await recordStep(tx, ctx, 'attachment.put', input, record, row.id);
    return toAttachmentView(row);
  });
}

export async function deleteAttachment(ctx: Ctx, input: AttachmentRef): Promise<void> {
  await transaction(ctx, async (tx) => {
    const record = await loadRecord(tx, input);
    mayWrite(ctx.actor, record, ctx.clock.now());
    const row = found(await deleteAttachmentRow(tx, record.id, input.name));
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

export async function listAttachments(ctx: Ctx, input: RecordRef): Promise<AttachmentListView> {
  return await readTransaction(ctx, async (tx) => {
    const record = await loadRecord(tx, input);
    mayReadAttachments(ctx.actor, record);
    return { items: (await listAttachmentRows(tx, record.id)).map(toAttachmentView) };
  });
}

/** The bytes of a file, and the type that its sender named. */
export async function readAttachment(ctx: Ctx, input: AttachmentRef): Promise<{ mediaType: string; content: Buffer }> {
  return await readTransaction(ctx, async (tx) => {
    const record = await loadRecord(tx, input);
    mayReadAttachments(ctx.actor, record);
    return found(await getAttachmentContent(tx, record.id, input.name));
  });
}
