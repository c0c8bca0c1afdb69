import { listActiveMembers } from '../../auth/service.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, type InputFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { languageOf } from '../../core/text.ts';
import { type Db, readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { getResultRows, isResultPublic } from '../../results/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { CreateExpert, ListExperts, UpdateExpert } from '../inputs.ts';
import { audienceOf, mayKeep, mayRegister } from '../policy.ts';
import { type ExpertStep, expertTransitions, periodFaults } from '../rules.ts';
import {
  countServicesOf,
  type ExpertRow,
  getExpertRows,
  insertExpert,
  listExpertContacts,
  listExpertResults,
  listExpertRows,
  lockExpert,
  type NewExpert,
  saveExpertContact,
  saveExpertResults,
  updateExpertRow,
} from '../store.ts';
import { type ExpertParts, type ExpertView, toOwnExpertView, toPublicExpertView, withContact } from '../views.ts';

/**
 * Enters a person of the actor's university, as a draft.
 * @throws AppError INVALID_INPUT also for results that are not published ones of the university, or a userId that is no member
 */
export async function createExpert(ctx: Ctx, input: CreateExpert): Promise<ExpertView> {
  return await transaction(ctx, async (tx) => {
    const organizationId = mayRegister(ctx.actor);
    await checkInput(tx, ctx, input, organizationId, null);
    const now = ctx.clock.now();
    const id = newId();
    const { contact, resultIds = [], ...profile } = input;
    if (ctx.actor.kind !== 'user') throw new Error('only a person registers');
    const language = languageOf(`${input.headline} ${input.summary}`);
    const made = { createdByUserId: ctx.actor.userId, createdAt: now, updatedAt: now };
    const columns = { servedRegions: [], ...profile, language };
    await insertExpert(tx, { id, organizationId, status: 'draft', ...columns, ...made }, contact ?? {});
    await saveExpertResults(tx, id, resultIds);
    const row = found((await getExpertRows(tx, [id]))[0]);
    await record(tx, ctx, row, 'create', null);
    return await viewOwn(tx, ctx, row);
  });
}

export async function updateExpert(
  ctx: Ctx,
  id: string,
  input: UpdateExpert,
  expectedVersion: number | null,
): Promise<ExpertView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockExpert(tx, id));
    mayKeep(ctx.actor, row);
    checkVersion(row.version, expectedVersion);
    await checkInput(tx, ctx, input, row.organizationId, row);
    const { contact, resultIds, ...profile } = input;
    const language = languageOf(`${input.headline ?? row.headline} ${input.summary ?? row.summary}`);
    const updated = await updateExpertRow(tx, row, { ...profile, language } as Partial<NewExpert>, ctx.clock.now());
    if (resultIds !== undefined) await saveExpertResults(tx, id, resultIds);
    if (contact !== undefined && Object.keys(contact).length > 0) await saveExpertContact(tx, id, contact);
    await record(tx, ctx, updated, 'update', row.status, { fields: Object.keys(input) });
    return await viewOwn(tx, ctx, updated);
  });
}

/** Activates a profile, so that it is found, or retires it. */
export async function changeExpertStatus(
  ctx: Ctx,
  id: string,
  step: ExpertStep,
  expectedVersion: number | null,
): Promise<ExpertView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockExpert(tx, id));
    mayKeep(ctx.actor, row);
    checkVersion(row.version, expectedVersion);
    const status = nextState(expertTransitions, step, row.status);
    const updated = await updateExpertRow(tx, row, { status }, ctx.clock.now());
    await record(tx, ctx, updated, step, row.status);
    return await viewOwn(tx, ctx, updated);
  });
}

async function record(
  tx: Tx,
  ctx: Ctx,
  row: ExpertRow,
  step: string,
  fromStatus: string | null,
  details: Record<string, unknown> = {},
): Promise<void> {
  await audit(tx, ctx, {
    action: `expert.${step}`,
    subjectType: 'expert',
    subjectId: row.id,
    marketId: row.homeMarketId,
    fromStatus,
    toStatus: row.status,
    details,
  });
}

async function checkInput(
  tx: Tx,
  ctx: Ctx,
  input: UpdateExpert,
  organizationId: string,
  before: ExpertRow | null,
): Promise<void> {
  const faults: InputFault[] = periodFaults({
    availableFrom: input.availableFrom === undefined ? before?.availableFrom : input.availableFrom,
    availableUntil: input.availableUntil === undefined ? before?.availableUntil : input.availableUntil,
  });
  const now = ctx.clock.now();
  const { resultIds = [], userId } = input;
  const results = await getResultRows(tx, resultIds);
  const usable = results.filter((row) => row.organizationId === organizationId && isResultPublic(row, now));
  const known = new Set(usable.map((row) => row.id));
  resultIds.forEach((id, at) => {
    if (!known.has(id)) faults.push({ pointer: `/resultIds/${at}`, code: 'result', message: noResult });
  });
  if (userId != null && !(await listActiveMembers(tx, [organizationId])).some((one) => one.userId === userId))
    faults.push({ pointer: '/userId', code: 'member', message: noMember });
  const uses = [
    ...(input.technologyFields ?? []).map((code, at) => ({
      vocabulary: 'technology-fields' as const,
      code,
      pointer: `/technologyFields/${at}`,
    })),
    ...(input.servedRegions ?? []).map((code, at) => ({
      vocabulary: 'regions' as const,
      code,
      pointer: `/servedRegions/${at}`,
    })),
  ];
  await checkTerms(tx, uses, faults);
}

const noResult = { zh: '本单位没有这项已发布的成果', en: 'there is no such published result of the university' };
const noMember = { zh: '本单位没有这名成员', en: 'the university has no such member' };

/** What views of these profiles need besides their rows: the public ones of their results, and counts. */
export async function loadExpertParts(db: Db, ctx: Ctx, ids: readonly string[]): Promise<ExpertParts> {
  const named = await listExpertResults(db, ids);
  const now = ctx.clock.now();
  const rows = await getResultRows(db, [...new Set([...named.values()].flat())]);
  const shown = new Set(rows.filter((row) => isResultPublic(row, now)).map((row) => row.id));
  const resultIds = new Map([...named].map(([id, all]) => [id, all.filter((resultId) => shown.has(resultId))]));
  return { resultIds, counts: await countServicesOf(db, ids) };
}

async function viewOwn(tx: Tx, ctx: Ctx, row: ExpertRow): Promise<ExpertView> {
  const view = toOwnExpertView(row, await loadExpertParts(tx, ctx, [row.id]));
  return withContact(view, (await listExpertContacts(tx, [row.id])).get(row.id));
}

/** The contact comes through row-level security: to the university and its market, and to whom an accepted assignment let in. */
export async function getExpert(ctx: Ctx, id: string): Promise<ExpertView> {
  return await readTransaction(ctx, async (tx) => {
    const row = found((await getExpertRows(tx, [id]))[0]);
    if (audienceOf(ctx.actor, row) === 'own') return await viewOwn(tx, ctx, row);
    const view = toPublicExpertView(row, await loadExpertParts(tx, ctx, [id]));
    return withContact(view, (await listExpertContacts(tx, [id])).get(id));
  });
}

/** Active profiles for everybody; the university's own in every state for its members: an admin all, others those they keep. */
export async function listExperts(ctx: Ctx, query: ListExperts): Promise<Page<ExpertView>> {
  const { limit = 20, cursor, view = 'public', ...filter } = query;
  const { actor } = ctx;
  const organizationId = view === 'mine' ? mayRegister(actor) : null;
  const keeperUserId = actor.kind === 'user' && actor.role !== 'admin' ? actor.userId : null;
  const rows = await listExpertRows(ctx.db, {
    ...filter,
    within: organizationId === null ? 'public' : { organizationId, keeperUserId },
    after: decodeCursor(cursor),
    limit,
  });
  const ids = rows.slice(0, limit).map((row) => row.id);
  const parts = await loadExpertParts(ctx.db, ctx, ids);
  return toPage(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
    (row) => (organizationId === null ? toPublicExpertView(row, parts) : toOwnExpertView(row, parts)),
  );
}
