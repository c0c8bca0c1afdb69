import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, type PageKey, toPage } from '../../core/paging.ts';
import { languageOf } from '../../core/text.ts';
import { type Db, readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { getResultRows, isResultPublic } from '../../results/service.ts';
import type { ExpertList, ListExperts, UpdateExpert } from '../inputs.ts';
import { audienceOf, mayKeep, mayRegister } from '../policy.ts';
import { type ExpertStep, expertTransitions } from '../rules.ts';
import {
  countServicesOf,
  type ExpertRow,
  getExpertRows,
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
import { checkProfile } from './faults.ts';

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
    await checkProfile(tx, ctx, row.organizationId, input, row);
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

/** What views of these profiles need besides their rows: the public ones of their results, and counts. */
export async function loadExpertParts(db: Db, ctx: Ctx, ids: readonly string[]): Promise<ExpertParts> {
  const named = await listExpertResults(db, ids);
  const now = ctx.clock.now();
  const rows = await getResultRows(db, [...new Set([...named.values()].flat())]);
  const shown = new Set(rows.filter((row) => isResultPublic(row, now)).map((row) => row.id));
  const resultIds = new Map([...named].map(([id, all]) => [id, all.filter((resultId) => shown.has(resultId))]));
  return { resultIds, counts: await countServicesOf(db, ids) };
}

/** With the contact. */
export async function viewOwn(tx: Tx, ctx: Ctx, row: ExpertRow): Promise<ExpertView> {
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
  const { limit = 20, cursor, ...filter } = query;
  const { rows, isOwn } = await listRows(ctx.db, ctx, filter, { after: decodeCursor(cursor), limit });
  const ids = rows.slice(0, limit).map((row) => row.id);
  const parts = await loadExpertParts(ctx.db, ctx, ids);
  return toPage(rows, limit, keyOf, (row) => (isOwn ? toOwnExpertView(row, parts) : toPublicExpertView(row, parts)));
}

/** The same list from its beginning, page after page; one's own with their contacts. */
export async function openExperts(
  _tx: Tx,
  ctx: Ctx,
  query: ExpertList,
): Promise<(tx: Tx, limit: number) => Promise<ExpertView[]>> {
  let after: PageKey | null = null;
  return async (tx, limit) => {
    const { rows, isOwn } = await listRows(tx, ctx, query, { after, limit });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    if (last !== undefined) after = keyOf(last);
    const ids = shown.map((row) => row.id);
    const parts = await loadExpertParts(tx, ctx, ids);
    if (!isOwn) return shown.map((row) => toPublicExpertView(row, parts));
    const contacts = await listExpertContacts(tx, ids);
    return shown.map((row) => withContact(toOwnExpertView(row, parts), contacts.get(row.id)));
  };
}

function keyOf(row: ExpertRow): PageKey {
  return { at: row.createdAt.toISOString(), id: row.id };
}

async function listRows(
  db: Db,
  { actor }: Ctx,
  { view = 'public', ...filter }: ExpertList,
  page: { after: PageKey | null; limit: number },
): Promise<{ rows: ExpertRow[]; isOwn: boolean }> {
  const organizationId = view === 'mine' ? mayRegister(actor) : null;
  const keeperUserId = actor.kind === 'user' && actor.role !== 'admin' ? actor.userId : null;
  const within = organizationId === null ? 'public' : { organizationId, keeperUserId };
  return { rows: await listExpertRows(db, { ...filter, ...page, within }), isOwn: organizationId !== null };
}
