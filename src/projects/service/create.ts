import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { type AppError, conflict, found, type InputFault, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { violates } from '../../core/pg-errors.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { lockDemand } from '../../demands/service.ts';
import { getIntroductionRow, recordOutcome } from '../../matches/service.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import { getResultRows } from '../../results/service.ts';
import type { CreateProject, PartyInput } from '../inputs.ts';
import { mayCreateProject } from '../policy.ts';
import { checkPaymentShares, composeParties, type Party, projectCode, requireAccepted } from '../rules.ts';
import { getProjectRow, hasProject, insertProject, nextProjectNumber, saveParties } from '../store.ts';
import type { ProjectView } from '../views.ts';
import { viewProject } from './read.ts';

/**
 * Makes the joint project of an accepted introduction: the demand's organization leads, the result's is its partner.
 * @throws AppError NOT_FOUND for an introduction that the actor may not see, INVALID_STATE unless it is accepted,
 * CONFLICT when it has a project, INVALID_INPUT for shares that do not add up or parties that cannot be
 */
export async function createProject(ctx: Ctx, input: CreateProject): Promise<ProjectView> {
  return await transaction(ctx, async (tx) => {
    const introduction = found(await getIntroductionRow(tx, input.introductionId));
    // Locked, since the project takes its market from the demand, which a new market may be taking over.
    const demand = found(await lockDemand(tx, introduction.demandId));
    const result = found((await getResultRows(tx, [introduction.resultId]))[0]);
    const demandSide = { organizationId: introduction.demandOrganizationId, responsibleUserId: demand.createdByUserId };
    const resultSide = { organizationId: introduction.resultOrganizationId, responsibleUserId: result.createdByUserId };
    mayCreateProject(ctx.actor, {
      marketId: demand.homeMarketId,
      resultMarketId: result.homeMarketId,
      openedAt: introduction.openedAt,
      requestedBySide: introduction.requestedBySide,
      demand: demandSide,
      result: resultSide,
    });
    requireAccepted(introduction.status);
    if (await hasProject(tx, introduction.id)) throw projectExists();
    checkPaymentShares(input.milestones);
    const unstated = { workShare: null, benefitShare: null };
    const principals: Party[] = [
      { ...demandSide, role: 'lead', ...unstated },
      { ...resultSide, role: 'partner', ...unstated },
    ];
    const parties = composeParties(principals, input.parties ?? []);
    await checkOrganizations(tx, input.parties ?? [], principals);
    await refuseRestricted(
      tx,
      ctx,
      'project.create',
      parties.map((party) => party.organizationId),
    );

    const now = ctx.clock.now();
    const id = newId();
    await insertProject(
      tx,
      {
        id,
        code: projectCode(now, demand.regionCode, await nextProjectNumber(tx)),
        title: input.title,
        status: 'forming',
        introductionId: introduction.id,
        demandId: introduction.demandId,
        resultId: introduction.resultId,
        marketId: demand.homeMarketId,
        budgetCny: input.budgetCny,
        fundingMode: input.fundingMode,
        createdAt: now,
        updatedAt: now,
      },
      input.milestones.map((milestone, at) => ({
        id: newId(),
        projectId: id,
        position: at + 1,
        ...milestone,
        status: 'planned' as const,
      })),
    ).catch((error: unknown) => {
      throw violates(error, 'projects_introduction_id_key') ? projectExists() : error;
    });
    await saveParties(tx, id, toPartyRows(id, parties));
    await audit(tx, ctx, {
      action: 'project.create',
      subjectType: 'project',
      subjectId: id,
      marketId: demand.homeMarketId,
      toStatus: 'forming',
      details: { introductionId: introduction.id },
    });
    await recordOutcome(tx, ctx, introduction.id, { action: 'project_created', projectId: id });
    await emit(tx, ctx, { type: 'project.created', subjectType: 'project', subjectId: id });
    return await viewProject(tx, found(await getProjectRow(tx, id)));
  });
}

function projectExists(): AppError {
  return conflict({ zh: '该对接已立项。', en: 'There is a project of this introduction already.' });
}

export function toPartyRows(
  projectId: string,
  parties: readonly Party[],
): (Party & { id: string; projectId: string })[] {
  return parties.map((party) => ({ id: newId(), projectId, ...party }));
}

/**
 * Further parties are verified organizations; markets and peers are none.
 * @throws AppError INVALID_INPUT with a fault for each that is not
 */
export async function checkOrganizations(
  tx: Tx,
  stated: readonly PartyInput[],
  principals: readonly Party[],
): Promise<void> {
  const rows = await getOrganizationRows(
    tx,
    stated.map((party) => party.organizationId),
  );
  const possible = new Set(
    rows
      .filter((row) => row.status === 'verified' && row.kind !== 'market' && row.kind !== 'peer')
      .map((row) => row.id),
  );
  for (const principal of principals) possible.add(principal.organizationId);
  const faults: InputFault[] = stated.flatMap((party, at) =>
    possible.has(party.organizationId)
      ? []
      : [
          {
            pointer: `/parties/${at}/organizationId`,
            code: 'organization',
            message: { zh: '没有这个已审核的机构', en: 'there is no such verified organization' },
          },
        ],
  );
  if (faults.length > 0) throw invalidInput(...faults);
}
