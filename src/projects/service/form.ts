import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import type { PutParties, UpdateProject } from '../inputs.ts';
import { mayForm } from '../policy.ts';
import { allocate, checkInstitution, composeParties, requireForming } from '../rules.ts';
import {
  listBudgetItemRows,
  listMilestoneRows,
  saveAmounts,
  saveBudgetItems,
  saveInstitution,
  saveParties,
  updateProjectRow,
} from '../store.ts';
import type { ProjectView } from '../views.ts';
import { checkFunding, checkInstitutionTerms, checkOrganizations } from './checks.ts';
import { toPartyRows } from './create.ts';
import { lockFor } from './lock.ts';
import { viewProject } from './read.ts';

/**
 * Changes title, funding, planned start and what it founds while the project forms.
 * @throws AppError INVALID_INPUT for a new budget that the items of the old one do not add to
 */
export async function updateProject(
  ctx: Ctx,
  id: string,
  input: UpdateProject,
  expectedVersion: number | null,
): Promise<ProjectView> {
  return await transaction(ctx, async (tx) => {
    const { row } = await lockFor(tx, ctx, id, mayForm);
    checkVersion(row.version, expectedVersion);
    requireForming(row.status);
    const { budgetItems: statedItems, institution, ...columns } = input;
    const items = statedItems ?? (await listBudgetItemRows(tx, [id]));
    const { budgetCny = row.budgetCny, fundingMode = row.fundingMode } = input;
    // Those of an itemised budget go when it becomes a lump sum.
    const budgetItems = statedItems === undefined && fundingMode === 'lump_sum' ? [] : items;
    await checkFunding(tx, { budgetCny, fundingMode, budgetItems });
    await saveBudgetItems(tx, id, budgetItems);
    if (institution !== undefined) {
      checkInstitution(row.kind, institution);
      await checkInstitutionTerms(tx, institution);
      await saveInstitution(tx, id, { headcount: null, governance: null, ...institution });
    }
    const milestones = await listMilestoneRows(tx, [id]);
    const shares = milestones.map(({ paymentShare }) => paymentShare);
    await saveAmounts(tx, milestones, allocate(budgetCny, shares));
    const updated = found(await updateProjectRow(tx, row, columns, ctx.clock.now()));
    await audit(tx, ctx, {
      action: 'project.update',
      subjectType: 'project',
      subjectId: id,
      marketId: row.marketId,
      details: { fields: Object.keys(input) },
    });
    return await viewProject(tx, updated);
  });
}

/** Replaces the list of parties; those of the introduction stay. */
export async function putProjectParties(
  ctx: Ctx,
  id: string,
  input: PutParties,
  expectedVersion: number | null,
): Promise<ProjectView> {
  return await transaction(ctx, async (tx) => {
    const { row, parties: former } = await lockFor(tx, ctx, id, mayForm);
    checkVersion(row.version, expectedVersion);
    requireForming(row.status);
    // The two of the introduction are the first of the list; see createProject.
    const principals = former.slice(0, 2);
    const parties = composeParties(principals, input.parties);
    await checkOrganizations(tx, input.parties, principals);
    await saveParties(tx, id, toPartyRows(id, parties));
    const updated = found(await updateProjectRow(tx, row, {}, ctx.clock.now()));
    await audit(tx, ctx, {
      action: 'project.put_parties',
      subjectType: 'project',
      subjectId: id,
      marketId: row.marketId,
      details: { organizationIds: parties.map((party) => party.organizationId) },
    });
    return await viewProject(tx, updated);
  });
}
