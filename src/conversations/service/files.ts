import type { AttachmentView } from '../../attachments/views.ts';
import { toAttachmentView } from '../../attachments/views.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidState } from '../../core/errors.ts';
import type { ServedFile, Upload } from '../../core/file-store.ts';
import { newId } from '../../core/ids.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { insertFile, serveFile, storeUpload } from '../../files/service.ts';
import { type IntroductionFor, introductionFor, lockIntroduction } from '../../matches/service.ts';
import { mayAddFile, mayWriteMessages } from '../policy.ts';
import { maxFilesPerMessage, maxMessageFileBytes, requireConversation, takesFilesUntil } from '../rules.ts';
import { getMessageFile, getMessageRow, insertMessageFile, listMessageFiles, type MessageRow } from '../store.ts';

interface FileRef {
  introductionId: string;
  messageId: string;
  name: string;
}

/**
 * Sends a file along with one's own message. As what was written, it stands: a second one of that name is refused.
 * @throws AppError INVALID_STATE a day after the message, CONFLICT for a name that is taken and for one file too many;
 *   and what `storeUpload` throws
 */
export async function addMessageFile(ctx: Ctx, input: FileRef & { upload: Upload }): Promise<AttachmentView> {
  const { introductionId, messageId, name, upload } = input;
  await readTransaction(ctx, async (tx) => {
    const introduction = await introductionFor(tx, ctx.actor, introductionId);
    await requireRoom(tx, ctx, introduction, found(await getMessageRow(tx, introductionId, messageId)), name);
  });
  const file = await storeUpload(ctx, upload, maxMessageFileBytes);
  return await transaction(ctx, async (tx) => {
    found(await lockIntroduction(tx, introductionId));
    const introduction = await introductionFor(tx, ctx.actor, introductionId);
    const message = found(await getMessageRow(tx, introductionId, messageId));
    await requireRoom(tx, ctx, introduction, message, name);
    await insertFile(tx, file);
    const row = { id: newId(), messageId, name, fileId: file.id, createdAt: file.createdAt };
    await insertMessageFile(tx, row);
    await audit(tx, ctx, {
      action: 'message.attach',
      subjectType: 'introduction',
      subjectId: introductionId,
      marketId: introduction.row.marketId,
      details: { messageId, attachmentId: row.id },
    });
    return toAttachmentView({ ...row, file });
  });
}

async function requireRoom(
  tx: Tx,
  ctx: Ctx,
  { row, standing }: IntroductionFor,
  message: MessageRow,
  name: string,
): Promise<void> {
  mayWriteMessages(ctx.actor, standing);
  mayAddFile(ctx.actor, message);
  requireConversation(row);
  if (ctx.clock.now() > takesFilesUntil(message.createdAt)) {
    throw invalidState(row.status, {
      zh: '消息发出一天后不能再添加附件，请另发一条消息。',
      en: 'A day after a message no files can be added to it; write another one.',
    });
  }
  const files = await listMessageFiles(tx, [message.id]);
  if (files.some((file) => file.name === name)) {
    throw conflict({
      zh: '这条消息已有同名附件；已发出的附件不能替换。',
      en: 'The message has a file of that name already, and what was sent is not replaced.',
    });
  }
  if (files.length >= maxFilesPerMessage) {
    throw conflict({
      zh: `每条消息最多 ${maxFilesPerMessage} 个附件。`,
      en: `A message has at most ${maxFilesPerMessage} files.`,
    });
  }
}

/** For all who read the message. */
export async function readMessageFile(ctx: Ctx, { introductionId, messageId, name }: FileRef): Promise<ServedFile> {
  return await readTransaction(ctx, async (tx) => {
    await introductionFor(tx, ctx.actor, introductionId);
    const message = found(await getMessageRow(tx, introductionId, messageId));
    const row = found(await getMessageFile(tx, message.id, name));
    return serveFile(ctx, row.name, row.file);
  });
}
