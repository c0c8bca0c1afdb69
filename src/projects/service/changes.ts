import type { Actor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import type { PageQuery, ProposeChange } from '../inputs.ts';
import { audienceOf, mayActAs, mayAnswerChange, mayChange, type ProjectFacts } from '../policy.ts';
import {
  changedParts,
  changeTransitions,
  composeParties,
  type MilestoneStatus,
  requireActive,
  requireDifference,
  requireUpToDate,
  type Standing,
  type Terms,
  termsAfter,
} from '../rules.ts';
import {
  type ChangeRow,
  getChangeRow,
  getProposedChange,
  insertChange,
  insertChangeAnswer,
  listBudgetItemRows,
  listChangeAnswerRows,
  listChangeRows,
  listMilestoneRows,
  type MilestoneRow,
  type ProjectRow,
  saveBudgetItems,
  saveMilestoneTerms,
  saveParties,
  updateChangeRow,
  updateProjectRow,
} from '../store.ts';
import { type ChangeView, toChangeView } from '../views.ts';
import { checkFunding, checkOrganizations } from './checks.ts';
import { toPartyRows } from './create.ts';
import { letGoOfReadyFiles } from './evidence-files.ts';
import { type LockedProject, lockFor, readFor } from './lock.ts';

interface StandingProject extends Standing {
  milestones: MilestoneRow[];
}

/** The terms of a project as its rows have them. */
async function standingOf(tx: Tx, { row, parties }: LockedProject): Promise<StandingProject> {
  const milestones = await listMilestoneRows(tx, [row.id]);
  const items = await listBudgetItemRows(tx, [row.id]);
  const terms: Terms = {
    budgetCny: row.budgetCny,
    budgetItems: items.map(({ category, amountCny }) => ({ category, amountCny })),
    parties: parties.map(({ id: _id, projectId: _projectId, ...party }) => party),
    milestones: milestones.map(
      ({ id, title, startsOn, dueOn, acceptanceCriteria, paymentShare, amountCny }): Terms['milestones'][number] => ({
        id,
        title,
        startsOn,
        dueOn,
        acceptanceCriteria,
        paymentShare,
        amountCny,
      }),
    ),
  };
  const statuses = new Map<string, MilestoneStatus>(milestones.map(({ id, status }) => [id, status]));
  return { terms, fundingMode: row.fundingMode, statuses, milestones };
}

/** What becomes of a change is told by the trail, to the parties by a message, and by the project's version. */
async function keepTrail(
  tx: Tx,
  ctx: Ctx,
  project: ProjectRow,
  fact: { step: string; change: Pick<ChangeRow, 'id' | 'before' | 'after'>; message: MessageType | null },
): Promise<void> {
  const { id, before, after } = fact.change;
  await audit(tx, ctx, {
    action: `project.${fact.step}_change`,
    subjectType: 'project',
    subjectId: project.id,
    marketId: project.marketId,
    details: { changeId: id, parts: changedParts(before, after) },
  });
  if (fact.message !== null) await emit(tx, ctx, { type: fact.message, subjectType: 'project', subjectId: project.id });
}

async function viewChange(tx: Tx, id: string): Promise<ChangeView> {
  return toChangeView(found(await getChangeRow(tx, id)), await listChangeAnswerRows(tx, [id]));
}

/**
 * Asks the other parties for other terms of a running project, one change at a time.
 * @throws AppError INVALID_STATE unless it is active, CONFLICT while another change waits for answers, INVALID_INPUT for
 * terms that do not add up or that touch what was handed in
 */
export async function proposeChange(ctx: Ctx, projectId: string, input: ProposeChange): Promise<ChangeView> {
  return await transaction(ctx, async (tx) => {
    const project = await lockFor(tx, ctx, projectId, mayChange);
    requireActive(project.row.status);
    if ((await getProposedChange(tx, projectId)) !== undefined) throw changeWaits();
    const standing = await standingOf(tx, project);
    const { parties: stated, reason, ...change } = input;
    // The two of the introduction are the first of the list; see createProject.
    const principals = standing.terms.parties.slice(0, 2);
    const parties = stated === undefined ? standing.terms.parties : composeParties(principals, stated);
    if (stated !== undefined) await checkOrganizations(tx, stated, principals);
    await refuseNewcomers(tx, ctx, project, parties);
    const after = termsAfter(standing, change, parties, newId);
    await checkFunding(tx, { ...after, fundingMode: standing.fundingMode });
    requireDifference(standing.terms, after);
    const { userId, organizationId } = memberOf(ctx.actor);
    const row = { id: newId(), before: standing.terms, after };
    await insertChange(tx, {
      ...row,
      projectId,
      status: 'proposed',
      reason,
      organizationId,
      userId,
      createdAt: ctx.clock.now(),
    });
    await keepTrail(tx, ctx, project.row, { step: 'propose', change: row, message: 'project.change_proposed' });
    return await viewChange(tx, row.id);
  });
}

function memberOf(actor: Actor): { userId: string; organizationId: string } {
  if (actor.kind !== 'user' || actor.organizationId === null) throw new Error('only a party changes a project');
  return { userId: actor.userId, organizationId: actor.organizationId };
}

/** Who is under a credit restriction enters no project; who is in it stays. */
async function refuseNewcomers(tx: Tx, ctx: Ctx, project: LockedProject, parties: Terms['parties']): Promise<void> {
  const known = project.parties.map((party) => party.organizationId);
  const newcomers = parties.map((party) => party.organizationId).filter((id) => !known.includes(id));
  await refuseRestricted(tx, ctx, 'project.change', newcomers);
}

function changeWaits() {
  return conflict({
    zh: '已有一项变更等待答复，请待其处理后再提出。',
    en: 'A change of this project waits for answers; propose another once it is decided.',
  });
}

export interface ChangeRef {
  projectId: string;
  changeId: string;
  /** The change's version in If-Match; null when none was sent. */
  expectedVersion: number | null;
}

interface OpenChange {
  project: LockedProject;
  change: ChangeRow;
}

/** Locks the project of a change that still waits, for an actor who may do what `policy` says of it. */
async function lockChange(
  tx: Tx,
  ctx: Ctx,
  ref: ChangeRef,
  policy: (change: ChangeRow) => (actor: Actor, project: ProjectFacts) => void,
): Promise<OpenChange> {
  const project = await lockFor(tx, ctx, ref.projectId, audienceOf);
  const change = await getChangeRow(tx, ref.changeId);
  const row = found(change?.projectId === ref.projectId ? change : null);
  policy(row)(ctx.actor, { marketId: project.row.marketId, parties: project.parties });
  checkVersion(row.version, ref.expectedVersion);
  return { project, change: row };
}

async function decide(
  tx: Tx,
  ctx: Ctx,
  { project, change }: OpenChange,
  step: 'apply' | 'reject' | 'withdraw',
): Promise<void> {
  const status = nextState(changeTransitions, step, change.status);
  await updateChangeRow(tx, change, { status, decidedAt: ctx.clock.now() });
  const messages = { apply: 'project.change_applied', reject: 'project.change_rejected', withdraw: null } as const;
  await keepTrail(tx, ctx, project.row, { step, change, message: messages[step] });
}

async function keepAnswer(
  tx: Tx,
  ctx: Ctx,
  changeId: string,
  answer: 'accept' | 'reject',
  comment: string | null,
): Promise<void> {
  const answered = { id: newId(), changeId, ...memberOf(ctx.actor), answer, comment, createdAt: ctx.clock.now() };
  await insertChangeAnswer(tx, answered);
}

/**
 * A party agrees; once every party but the proposer has, the project has the new terms.
 * @throws AppError INVALID_STATE when the change was decided or overtaken, CONFLICT when this party has agreed before
 */
export async function acceptChange(ctx: Ctx, ref: ChangeRef, comment: string | null): Promise<ChangeView> {
  return await transaction(ctx, async (tx) => {
    const open = await lockChange(tx, ctx, ref, ({ organizationId }) => mayAnswerChange(organizationId));
    const { project, change } = open;
    requireActive(project.row.status);
    nextState(changeTransitions, 'apply', change.status);
    const standing = await standingOf(tx, project);
    requireUpToDate(change.before, change.after, standing.terms, standing.statuses);
    const { organizationId } = memberOf(ctx.actor);
    const agreed = (await listChangeAnswerRows(tx, [change.id])).map((answer) => answer.organizationId);
    if (agreed.includes(organizationId)) throw agreedBefore();
    await keepAnswer(tx, ctx, change.id, 'accept', comment);
    const asked = project.parties.filter((party) => party.organizationId !== change.organizationId);
    const silent = asked.filter((party) => ![...agreed, organizationId].includes(party.organizationId));
    if (silent.length > 0) {
      await updateChangeRow(tx, change, { status: change.status, decidedAt: null });
      await keepTrail(tx, ctx, project.row, { step: 'accept', change, message: null });
    } else {
      await refuseNewcomers(tx, ctx, project, change.after.parties);
      await applyTerms(tx, ctx, project.row, standing.milestones, change.after);
      await decide(tx, ctx, open, 'apply');
    }
    return await viewChange(tx, change.id);
  });
}

function agreedBefore() {
  return conflict({ zh: '贵方已同意这项变更。', en: 'Your organization has agreed to this change.' });
}

async function applyTerms(
  tx: Tx,
  ctx: Ctx,
  project: ProjectRow,
  milestones: readonly MilestoneRow[],
  terms: Terms,
): Promise<void> {
  const dropped = milestones.filter((row) => !terms.milestones.some(({ id }) => id === row.id));
  await letGoOfReadyFiles(
    tx,
    ctx,
    dropped.map((row) => row.id),
  );
  await saveMilestoneTerms(tx, project.id, milestones, terms.milestones);
  await saveParties(tx, project.id, toPartyRows(project.id, terms.parties));
  await saveBudgetItems(tx, project.id, terms.budgetItems);
  await updateProjectRow(tx, project, { budgetCny: terms.budgetCny }, ctx.clock.now());
}

/** A party refuses, and so the change is off. */
export async function rejectChange(ctx: Ctx, ref: ChangeRef, reason: string): Promise<ChangeView> {
  return await transaction(ctx, async (tx) => {
    const open = await lockChange(tx, ctx, ref, ({ organizationId }) => mayAnswerChange(organizationId));
    nextState(changeTransitions, 'reject', open.change.status);
    const agreed = (await listChangeAnswerRows(tx, [ref.changeId])).map((answer) => answer.organizationId);
    if (agreed.includes(memberOf(ctx.actor).organizationId)) throw agreedBefore();
    await keepAnswer(tx, ctx, ref.changeId, 'reject', reason);
    await decide(tx, ctx, open, 'reject');
    return await viewChange(tx, ref.changeId);
  });
}

/** By who proposed it. */
export async function withdrawChange(ctx: Ctx, ref: ChangeRef): Promise<ChangeView> {
  return await transaction(ctx, async (tx) => {
    const open = await lockChange(tx, ctx, ref, ({ organizationId }) => mayActAs(organizationId));
    await decide(tx, ctx, open, 'withdraw');
    return await viewChange(tx, ref.changeId);
  });
}

/** When a project ends, the change that still waits has nothing left to change. */
export async function lapseChange(tx: Tx, ctx: Ctx, project: ProjectRow): Promise<void> {
  const change = await getProposedChange(tx, project.id);
  if (change === undefined) return;
  const status = nextState(changeTransitions, 'lapse', change.status);
  await updateChangeRow(tx, change, { status, decidedAt: ctx.clock.now() });
  await keepTrail(tx, ctx, project, { step: 'lapse', change, message: null });
}

export async function getChange(ctx: Ctx, { projectId, changeId }: Omit<ChangeRef, 'expectedVersion'>) {
  await readFor(ctx.db, ctx, projectId);
  const row = await getChangeRow(ctx.db, changeId);
  const change = found(row?.projectId === projectId ? row : null);
  return toChangeView(change, await listChangeAnswerRows(ctx.db, [changeId]));
}

/** The changes of a project, newest first. */
export async function listChanges(
  ctx: Ctx,
  projectId: string,
  { limit = 20, cursor }: PageQuery,
): Promise<Page<ChangeView>> {
  await readFor(ctx.db, ctx, projectId);
  const rows = await listChangeRows(ctx.db, projectId, { after: decodeCursor(cursor), limit });
  const answers = await listChangeAnswerRows(
    ctx.db,
    rows.map((row) => row.id),
  );
  return toPage(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
    (row) => toChangeView(row, answers),
  );
}
