import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { type AppError, conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { violates } from '../../core/pg-errors.ts';
import { transaction } from '../../core/transaction.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { lockDemand } from '../../demands/service.ts';
import { getIntroductionRow, recordOutcome } from '../../matches/service.ts';
import { getResultRows } from '../../results/service.ts';
import type { CreateProject } from '../inputs.ts';
import { mayCreateProject } from '../policy.ts';
import {
  allocate,
  annualReviews,
  checkInstitution,
  checkMilestones,
  composeParties,
  type Party,
  projectCode,
  requireAccepted,
  type StatedMilestone,
} from '../rules.ts';
import {
  getProjectRow,
  hasProject,
  insertProject,
  nextProjectNumber,
  saveBudgetItems,
  saveInstitution,
  saveParties,
} from '../store.ts';
import type { ProjectView } from '../views.ts';
import { checkFunding, checkInstitutionTerms, checkOrganizations } from './checks.ts';
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
    const { kind = 'joint_project', institution, budgetCny, fundingMode, budgetItems = [] } = input;
    checkInstitution(kind, institution);
    const milestones = milestonesOf(input);
    checkMilestones(milestones);
    const unstated = { workShare: null, benefitShare: null, contributions: [] };
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
    await checkFunding(tx, { budgetCny, fundingMode, budgetItems });
    if (institution !== undefined) await checkInstitutionTerms(tx, institution);

    const now = ctx.clock.now();
    const id = newId();
    const amounts = allocate(
      budgetCny,
      milestones.map(({ paymentShare }) => paymentShare),
    );
    await insertProject(
      tx,
      {
        id,
        code: projectCode(now, demand.regionCode, await nextProjectNumber(tx)),
        kind,
        title: input.title,
        status: 'forming',
        introductionId: introduction.id,
        demandId: introduction.demandId,
        resultId: introduction.resultId,
        marketId: demand.homeMarketId,
        budgetCny,
        fundingMode,
        startsOn: input.startsOn ?? null,
        createdAt: now,
        updatedAt: now,
      },
      milestones.map((milestone, at) => ({
        id: newId(),
        projectId: id,
        position: at + 1,
        ...milestone,
        startsOn: milestone.startsOn ?? null,
        amountCny: amounts[at] ?? 0,
        status: 'planned' as const,
      })),
    ).catch((error: unknown) => {
      throw violates(error, 'projects_introduction_id_key') ? projectExists() : error;
    });
    await saveParties(tx, id, toPartyRows(id, parties));
    await saveBudgetItems(tx, id, budgetItems);
    if (institution !== undefined) await saveInstitution(tx, id, { headcount: null, governance: null, ...institution });
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

/** Those that are stated, else a review for each year of an institution's term. @throws AppError INVALID_INPUT */
function milestonesOf({ milestones, institution, annualReviewCriteria }: CreateProject): readonly StatedMilestone[] {
  if (milestones !== undefined && annualReviewCriteria === undefined) return milestones;
  if (milestones === undefined && annualReviewCriteria !== undefined && institution !== undefined)
    return annualReviews(institution, annualReviewCriteria);
  throw invalidInput({
    pointer: milestones === undefined ? '/milestones' : '/annualReviewCriteria',
    code: milestones === undefined ? 'required' : 'milestones',
    message: {
      zh: '请填写里程碑；共建平台、研究院也可改填年度评估标准（二者择一）',
      en: 'state milestones, or for a platform or an institute what its annual reviews ask, not both',
    },
  });
}

export function toPartyRows(
  projectId: string,
  parties: readonly Party[],
): (Party & { id: string; projectId: string })[] {
  return parties.map((party) => ({ id: newId(), projectId, ...party }));
}
