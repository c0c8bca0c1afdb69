/**
 * Files that show that a milestone is reached. The partners get them ready, see, replace and delete them among themselves;
 * handing in takes all that are ready along, and from then on they stand, for every party and the market's staff.
 */
import { type AttachmentListView, type AttachmentView, toAttachmentView } from '../../attachments/views.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found } from '../../core/errors.ts';
import type { ServedFile, Upload } from '../../core/file-store.ts';
import { newId } from '../../core/ids.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { insertFile, releaseFile, serveFile, storeUpload } from '../../files/service.ts';
import { maySubmitMilestone, seesReadyFiles } from '../policy.ts';
import { maxEvidenceFileBytes, maxFilesPerSubmission, milestoneTransitions, requireProjectState } from '../rules.ts';
import {
  deleteReadyFile,
  deleteReadyFiles,
  type EvidenceFileRow,
  getReadyFile,
  getSubmittedFile,
  insertReadyFile,
  listReadyFiles,
} from '../store.ts';
import { lockFor, milestoneOf, readFor } from './lock.ts';
import type { MilestoneRef } from './milestones.ts';

type EvidenceRef = Omit<MilestoneRef, 'expectedVersion'>;
type EvidenceFileRef = EvidenceRef & { name: string };

/**
 * Keeps a file for the next time that the milestone is handed in, in place of one of the same name.
 * @throws AppError INVALID_STATE unless the milestone can be handed in, CONFLICT for one file too many; and what
 *   `storeUpload` throws
 */
export async function putEvidenceFile(ctx: Ctx, input: EvidenceFileRef & { upload: Upload }): Promise<AttachmentView> {
  const { projectId, milestoneId, name, upload } = input;
  // Before a byte of it is read; once more below, under the lock.
  await transaction(ctx, (tx) => requireRoom(tx, ctx, input));
  const file = await storeUpload(ctx, upload, maxEvidenceFileBytes);
  return await transaction(ctx, async (tx) => {
    const { marketId, organizationId, replaced } = await requireRoom(tx, ctx, input);
    if (replaced !== undefined) await letGo(tx, ctx, replaced);
    await insertFile(tx, file);
    const row = { id: newId(), name, fileId: file.id, createdAt: file.createdAt };
    await insertReadyFile(tx, { ...row, projectId, milestoneId, organizationId });
    await keepTrail(tx, ctx, 'milestone.attach', input, { marketId, attachmentId: row.id });
    return toAttachmentView({ ...row, file });
  });
}

async function requireRoom(tx: Tx, ctx: Ctx, { projectId, milestoneId, name }: EvidenceFileRef) {
  const { row: project } = await lockFor(tx, ctx, projectId, maySubmitMilestone);
  const milestone = await milestoneOf(tx, projectId, milestoneId);
  requireProjectState('submit', project.status);
  nextState(milestoneTransitions, 'submit', milestone.status);
  const ready = await listReadyFiles(tx, milestoneId);
  const replaced = ready.find((file) => file.name === name);
  if (replaced === undefined && ready.length >= maxFilesPerSubmission) {
    throw conflict({
      zh: `每次提交最多 ${maxFilesPerSubmission} 个文件；请先删除不再需要的。`,
      en: `A submission has at most ${maxFilesPerSubmission} files; delete one that is no longer needed first.`,
    });
  }
  const organizationId = found(ctx.actor.kind === 'user' ? ctx.actor.organizationId : null);
  return { marketId: project.marketId, organizationId, replaced };
}

/** What was handed in stays; what was not may go, in any state. */
export async function deleteEvidenceFile(ctx: Ctx, input: EvidenceFileRef): Promise<void> {
  await transaction(ctx, async (tx) => {
    const { row: project } = await lockFor(tx, ctx, input.projectId, maySubmitMilestone);
    await milestoneOf(tx, input.projectId, input.milestoneId);
    const row = found(await getReadyFile(tx, input.milestoneId, input.name));
    await letGo(tx, ctx, row);
    const trail = { marketId: project.marketId, attachmentId: row.id };
    await keepTrail(tx, ctx, 'milestone.detach', input, trail);
  });
}

async function letGo(tx: Tx, ctx: Ctx, row: EvidenceFileRow): Promise<void> {
  await deleteReadyFile(tx, row.id);
  await releaseFile(tx, ctx, row.fileId);
}

/** What was got ready for milestones that there will be no more. */
export async function letGoOfReadyFiles(tx: Tx, ctx: Ctx, milestoneIds: readonly string[]): Promise<void> {
  for (const fileId of await deleteReadyFiles(tx, milestoneIds)) await releaseFile(tx, ctx, fileId);
}

/** A name may tell what is confidential, an id does not. */
async function keepTrail(
  tx: Tx,
  ctx: Ctx,
  action: string,
  { projectId, milestoneId }: EvidenceRef,
  { marketId, attachmentId }: { marketId: string; attachmentId: string },
): Promise<void> {
  const details = { projectId, attachmentId };
  await audit(tx, ctx, { action, subjectType: 'milestone', subjectId: milestoneId, marketId, details });
}

export async function listEvidenceFiles(ctx: Ctx, input: EvidenceRef): Promise<AttachmentListView> {
  return await readTransaction(ctx, async (tx) => {
    await readyFor(tx, ctx, input);
    return { items: (await listReadyFiles(tx, input.milestoneId)).map(toAttachmentView) };
  });
}

export async function readEvidenceFile(ctx: Ctx, input: EvidenceFileRef): Promise<ServedFile> {
  return await readTransaction(ctx, async (tx) => {
    await readyFor(tx, ctx, input);
    const row = found(await getReadyFile(tx, input.milestoneId, input.name));
    return serveFile(ctx, row.name, row.file);
  });
}

async function readyFor(tx: Tx, ctx: Ctx, { projectId, milestoneId }: EvidenceRef): Promise<void> {
  const { row, parties } = await readFor(tx, ctx, projectId);
  seesReadyFiles(ctx.actor, { marketId: row.marketId, parties });
  await milestoneOf(tx, projectId, milestoneId);
}

/** For all who read the project. */
export async function readSubmittedFile(
  ctx: Ctx,
  { projectId, ...ref }: EvidenceFileRef & { submissionId: string },
): Promise<ServedFile> {
  return await readTransaction(ctx, async (tx) => {
    await readFor(tx, ctx, projectId);
    await milestoneOf(tx, projectId, ref.milestoneId);
    const row = found(await getSubmittedFile(tx, ref));
    return serveFile(ctx, row.name, row.file);
  });
}
