import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, type InputFault, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import { listProjectParties, lockProject } from '../../projects/service.ts';
import type { CreateContract, UpdateContract } from '../inputs.ts';
import { mayDraft, mayWrite, type PartyFacts } from '../policy.ts';
import { contractCode, prefill, requireLiveProject, requireWritable, withChanges } from '../rules.ts';
import {
  getContractRow,
  insertContract,
  lockContract,
  nextContractNumber,
  updateConfidential,
  updateContractRow,
} from '../store.ts';
import type { ContractView } from '../views.ts';
import { checkContent, columnsOf, loadContent, relateFields } from './content.ts';
import { factsOf, readerOf, viewContract } from './read.ts';
import { loadSources } from './sources.ts';

/**
 * Drafts a contract of a project, filled in from the project, its demand and result and the two organizations; what the
 * input says goes before that.
 * @throws AppError NOT_FOUND for a project that the actor has no part in, INVALID_STATE for one that was ended,
 * INVALID_INPUT for sides that are no parties of it and for fields that do not fit together
 */
export async function createContract(ctx: Ctx, input: CreateContract): Promise<ContractView> {
  return await transaction(ctx, async (tx) => {
    // Locked, since the contract takes its market from the project, which a new market may be taking over.
    const project = found(await lockProject(tx, input.projectId));
    const parties = await listProjectParties(tx, [project.id]);
    const { projectId: _projectId, buyerOrganizationId, sellerOrganizationId, ...changes } = input;
    const buyer = parties.find((party) =>
      buyerOrganizationId === undefined ? party.role === 'lead' : party.organizationId === buyerOrganizationId,
    );
    const seller = parties.find((party) =>
      sellerOrganizationId === undefined ? party.role === 'partner' : party.organizationId === sellerOrganizationId,
    );
    const sides = [buyer, seller].filter((side) => side !== undefined);
    // A stranger learns nothing of who takes part.
    mayDraft(ctx.actor, { marketId: project.marketId, parties }, sides.length === 2 ? sides : parties);
    if (buyer === undefined || seller === undefined || buyer === seller)
      throw invalidInput(...sideFaults(input, { buyer, seller }));
    requireLiveProject(project.status);
    const sources = await loadSources(tx, project, buyer.organizationId, seller.organizationId);
    const content = withChanges(prefill(sources, changes.type), changes);
    await relateFields(tx, content, changes);
    await checkContent(tx, content);

    const now = ctx.clock.now();
    const id = newId();
    const regionCode = sources.buyer.regionCode;
    const { open, confidential } = columnsOf(content);
    await insertContract(
      tx,
      {
        ...open,
        id,
        code: contractCode(now, regionCode, await nextContractNumber(tx)),
        status: 'draft',
        projectId: project.id,
        marketId: project.marketId,
        buyerOrganizationId: buyer.organizationId,
        buyerResponsibleUserId: buyer.responsibleUserId,
        sellerOrganizationId: seller.organizationId,
        sellerResponsibleUserId: seller.responsibleUserId,
        createdByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
        createdAt: now,
        updatedAt: now,
      },
      confidential,
    );
    await audit(tx, ctx, {
      action: 'contract.create',
      subjectType: 'contract',
      subjectId: id,
      marketId: project.marketId,
      toStatus: 'draft',
      details: { projectId: project.id },
    });
    return await viewContract(tx, found(await getContractRow(tx, id)));
  });
}

/** @throws AppError INVALID_STATE once it is submitted, PRECONDITION_FAILED, INVALID_INPUT for what does not fit together */
export async function updateContract(
  ctx: Ctx,
  id: string,
  input: UpdateContract,
  expectedVersion: number | null,
): Promise<ContractView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockContract(tx, id));
    mayWrite(await readerOf(tx, ctx.actor), factsOf(row));
    checkVersion(row.version, expectedVersion);
    requireWritable(row.status);
    const former = await loadContent(tx, row);
    const content = withChanges(former, input);
    await relateFields(tx, content, input);
    await checkContent(tx, content, former);
    const { open, confidential } = columnsOf(content);
    await updateConfidential(tx, id, confidential);
    const updated = found(await updateContractRow(tx, row, open, ctx.clock.now()));
    await audit(tx, ctx, {
      action: 'contract.update',
      subjectType: 'contract',
      subjectId: id,
      marketId: row.marketId,
      details: { fields: Object.keys(input) },
    });
    return await viewContract(tx, updated);
  });
}

/** Which side cannot be: no party of the project, or one organization on both. */
function sideFaults(
  input: CreateContract,
  { buyer, seller }: Record<'buyer' | 'seller', PartyFacts | undefined>,
): InputFault[] {
  const noParty = { zh: '不是该项目的参与方', en: 'is no party of the project' };
  const both = { zh: '买方和卖方不能是同一机构', en: 'buyer and seller are the same organization' };
  const faults: InputFault[] = [];
  if (buyer === undefined) faults.push({ pointer: '/buyerOrganizationId', code: 'party', message: noParty });
  if (seller === undefined) faults.push({ pointer: '/sellerOrganizationId', code: 'party', message: noParty });
  if (faults.length > 0) return faults;
  const pointer = input.sellerOrganizationId === undefined ? '/buyerOrganizationId' : '/sellerOrganizationId';
  return [{ pointer, code: 'party', message: both }];
}
