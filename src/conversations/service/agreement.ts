import { type AgreementText, loadAgreementTexts } from '../../../db/seed/agreements.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { type IntroductionFor, introductionFor, lockIntroduction, openFilesOf } from '../../matches/service.ts';
import type { AcceptAgreement } from '../inputs.ts';
import { mayAcceptAgreement } from '../policy.ts';
import { requireAgreement } from '../rules.ts';
import { type AcceptanceRow, insertAcceptance, listAcceptances } from '../store.ts';
import { type AgreementView, toAgreementView } from '../views.ts';
import { authorOf } from './messages.ts';
import { authorsShown } from './views.ts';

/** To the parties and the staff of both markets. @throws AppError INVALID_STATE unless both have accepted the introduction */
export async function getAgreement(ctx: Ctx, introductionId: string): Promise<AgreementView> {
  return await readTransaction(ctx, async (tx) => {
    const introduction = await introductionFor(tx, ctx.actor, introductionId);
    requireAgreement(introduction.row);
    return await viewAgreement(tx, ctx, introduction, await listAcceptances(tx, introductionId));
  });
}

/**
 * One party accepts the text it has read; with the second, the files of the demand and the result open to the other side.
 * There is no way back: what was opened has been read.
 * @throws AppError INVALID_STATE unless both have accepted the introduction and neither is restricted, CONFLICT for a second time, and for another
 *   text than the one that is offered
 */
export async function acceptAgreement(
  ctx: Ctx,
  introductionId: string,
  input: AcceptAgreement,
): Promise<AgreementView> {
  return await transaction(ctx, async (tx) => {
    found(await lockIntroduction(tx, introductionId));
    const introduction = await introductionFor(tx, ctx.actor, introductionId);
    const side = mayAcceptAgreement(ctx.actor, introduction.standing);
    requireAgreement(introduction.row);
    const before = await listAcceptances(tx, introductionId);
    if (before.some((acceptance) => acceptance.side === side)) throw acceptedAlready();
    // Accepting is an answer, and opens files; messages go on, since what was begun has to be ended by words.
    const { demandOrganizationId, resultOrganizationId } = introduction.row;
    await refuseRestricted(tx, ctx, 'agreement.accept', [demandOrganizationId, resultOrganizationId]);
    const { version, sha256 } = textFor(before);
    if (input.version !== version || input.sha256 !== sha256) throw anotherText();
    const { userId, organizationId } = authorOf(ctx);
    const acceptedAt = ctx.clock.now();
    const acceptance = { id: newId(), introductionId, side, userId, organizationId, acceptedAt };
    await insertAcceptance(tx, { ...acceptance, textVersion: version, textSha256: sha256 });
    const isLast = before.length > 0;
    if (isLast) await openFilesOf(tx, introductionId, acceptedAt);
    await audit(tx, ctx, {
      action: 'agreement.accept',
      subjectType: 'introduction',
      subjectId: introductionId,
      marketId: introduction.row.marketId,
      details: { side, version, sha256 },
    });
    const type = isLast ? 'agreement.concluded' : 'agreement.accepted';
    await emit(tx, ctx, { type, subjectType: 'introduction', subjectId: introductionId });
    return await viewAgreement(tx, ctx, introduction, await listAcceptances(tx, introductionId));
  });
}

/** The second party is offered what the first has accepted, whatever is newer. */
function textFor(acceptances: readonly AcceptanceRow[]): AgreementText {
  const texts = loadAgreementTexts();
  const [first] = acceptances;
  return found(first === undefined ? texts.at(-1) : texts.find((text) => text.version === first.textVersion));
}

async function viewAgreement(
  tx: Tx,
  ctx: Ctx,
  introduction: IntroductionFor,
  acceptances: readonly AcceptanceRow[],
): Promise<AgreementView> {
  const people = acceptances.map(({ side, userId, organizationId }) => ({ side, userId, organizationId }));
  const shown = await authorsShown(tx, ctx, introduction, people);
  return toAgreementView(introduction.row.id, textFor(acceptances), acceptances, shown);
}

function acceptedAlready() {
  return conflict({ zh: '本方已接受保密协议。', en: 'This side has accepted the agreement already.' });
}

function anotherText() {
  return conflict({
    zh: '协议文本不是当前提供的版本，请重新阅读后再接受（GET …/agreement）。',
    en: 'This is not the text that is offered; read it again (GET …/agreement) before you accept.',
  });
}
