import { belongsTo } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, forbidden, found } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { decodeCursor, type Page, type PageKey, toPage } from '../../core/paging.ts';
import { violates } from '../../core/pg-errors.ts';
import { type Db, readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type {
  CreateGovernment,
  ListOrganizations,
  OrganizationList,
  RegisterOrganization,
  UpdateOrganization,
} from '../inputs.ts';
import { audienceOf, isAdministrator, mayCreateGovernment, mayUpdate, mayVerify } from '../policy.ts';
import { organizationTransitions } from '../rules.ts';
import {
  getContact,
  getOrganizationRow,
  insertContact,
  insertOrganization,
  listOrganizationRows,
  listTiersInForce,
  lockOrganization,
  type OrganizationRow,
  saveContact,
  updateOrganizationRow,
} from '../store.ts';
import { type OrganizationView, toContactView, toOwnOrganizationView, toPublicOrganizationView } from '../views.ts';
import { isDisclosedTo } from './disclosures.ts';
import { homeMarketOf } from './markets.ts';

/**
 * Adds an enterprise or a university, pending, in the caller's transaction (registration adds its first admin beside it).
 * @throws AppError INVALID_INPUT for an unknown region or industry, CONFLICT for a credit code that is taken
 */
export async function addOrganization(tx: Tx, ctx: Ctx, input: RegisterOrganization): Promise<OrganizationRow> {
  await checkTerms(tx, [
    { vocabulary: 'regions', code: input.regionCode, pointer: '/organization/regionCode' },
    ...(input.industry
      ? [{ vocabulary: 'industries' as const, code: input.industry, pointer: '/organization/industry' }]
      : []),
  ]);
  const now = ctx.clock.now();
  const home = await homeMarketOf(tx, input.regionCode);
  const { contact, ...profile } = input;
  const row = await insertOrganization(tx, {
    id: newId(),
    ...profile,
    status: 'pending',
    homeMarketId: home.id,
    createdAt: now,
    updatedAt: now,
  }).catch((error: unknown) => {
    if (!violates(error, 'organizations_credit_code_key')) throw error;
    throw conflict({
      zh: '该统一社会信用代码已注册，请联系本机构管理员添加您。',
      en: 'This credit code is registered already; ask an admin of that organization to add you.',
    });
  });
  const organization = found(row);
  if (contact) await insertContact(tx, organization.id, contact, now);
  await audit(tx, ctx, {
    action: 'organization.register',
    subjectType: 'organization',
    subjectId: organization.id,
    marketId: home.id,
    toStatus: 'pending',
  });
  await emit(tx, ctx, { type: 'organization.registered', subjectType: 'organization', subjectId: organization.id });
  return organization;
}

/** Governments and peers are created, never registered; they are verified from the start. */
export async function createGovernment(ctx: Ctx, input: CreateGovernment): Promise<OrganizationView> {
  return await transaction(ctx, async (tx) => {
    const home = await homeMarketOf(tx, input.regionCode);
    mayCreateGovernment(ctx.actor, home.id);
    await checkTerms(tx, [{ vocabulary: 'regions', code: input.regionCode, pointer: '/regionCode' }]);
    const now = ctx.clock.now();
    const row = found(
      await insertOrganization(tx, {
        id: newId(),
        ...input,
        status: 'verified',
        homeMarketId: home.id,
        createdAt: now,
        updatedAt: now,
      }),
    );
    await audit(tx, ctx, {
      action: 'organization.create',
      subjectType: 'organization',
      subjectId: row.id,
      marketId: home.id,
      toStatus: 'verified',
    });
    return toOwnOrganizationView(row);
  });
}

type Step = keyof typeof organizationTransitions;

const stepMessages = {
  verify: 'organization.verified',
  suspend: 'organization.suspended',
  reinstate: 'organization.reinstated',
} as const satisfies Record<Step, MessageType>;

async function changeStatus(
  ctx: Ctx,
  id: string,
  step: Step,
  expectedVersion: number | null,
  details: Record<string, unknown>,
): Promise<OrganizationView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockOrganization(tx, id));
    checkVersion(row.version, expectedVersion);
    return toOwnOrganizationView(await takeStep(tx, ctx, row, step, details));
  });
}

/** In the caller's transaction. */
async function takeStep(
  tx: Tx,
  ctx: Ctx,
  row: OrganizationRow,
  step: Step,
  details: Record<string, unknown>,
): Promise<OrganizationRow> {
  mayVerify(ctx.actor, row);
  const { id } = row;
  const status = nextState(organizationTransitions, step, row.status);
  const updated = found(await updateOrganizationRow(tx, row, { status }, ctx.clock.now()));
  await audit(tx, ctx, {
    action: `organization.${step}`,
    subjectType: 'organization',
    subjectId: id,
    marketId: row.homeMarketId,
    fromStatus: row.status,
    toStatus: status,
    details,
  });
  await emit(tx, ctx, { type: stepMessages[step], subjectType: 'organization', subjectId: id });
  return updated;
}

/** One that staff of its home market have just added, in their transaction. */
export async function verifyAddedOrganization(tx: Tx, ctx: Ctx, row: OrganizationRow): Promise<void> {
  await takeStep(tx, ctx, row, 'verify', {});
}

export async function verifyOrganization(
  ctx: Ctx,
  id: string,
  expectedVersion: number | null,
): Promise<OrganizationView> {
  return await changeStatus(ctx, id, 'verify', expectedVersion, {});
}

/** A suspended organization may read and not act; its records are neither shown nor matched until it is reinstated. */
export async function suspendOrganization(
  ctx: Ctx,
  id: string,
  reason: string,
  expectedVersion: number | null,
): Promise<OrganizationView> {
  return await changeStatus(ctx, id, 'suspend', expectedVersion, { reason });
}

export async function reinstateOrganization(
  ctx: Ctx,
  id: string,
  expectedVersion: number | null,
): Promise<OrganizationView> {
  return await changeStatus(ctx, id, 'reinstate', expectedVersion, {});
}

export async function updateOrganization(
  ctx: Ctx,
  id: string,
  input: UpdateOrganization,
  expectedVersion: number | null,
): Promise<OrganizationView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockOrganization(tx, id));
    mayUpdate(ctx.actor, row);
    checkVersion(row.version, expectedVersion);
    if (input.industry)
      await checkTerms(tx, [{ vocabulary: 'industries', code: input.industry, pointer: '/industry' }]);
    const { contact, ...changes } = input;
    const now = ctx.clock.now();
    const updated = found(await updateOrganizationRow(tx, row, changes, now));
    if (contact) await saveContact(tx, id, contact, now);
    await audit(tx, ctx, {
      action: 'organization.update',
      subjectType: 'organization',
      subjectId: id,
      marketId: row.homeMarketId,
      details: { fields: Object.keys(input) },
    });
    const tiers = await listTiersInForce(tx, [id], chinaDate(now));
    return toOwnOrganizationView(updated, tiers, toContactView(await getContact(tx, id)));
  });
}

export async function getOrganization(ctx: Ctx, id: string): Promise<OrganizationView> {
  return await readTransaction(ctx, async (tx) => await viewOrganization(tx, ctx, id));
}

/** The view that the actor may have of an organization. @throws AppError NOT_FOUND when it may have none */
export async function viewOrganization(tx: Tx, ctx: Ctx, id: string): Promise<OrganizationView> {
  const row = found(await getOrganizationRow(tx, id));
  const disclosed = !belongsTo(ctx.actor, id) && (await isDisclosedTo(tx, id, ctx.actor));
  const audience = disclosed ? 'public' : audienceOf(ctx.actor, row);
  const tiers = await listTiersInForce(tx, [id], chinaDate(ctx.clock.now()));
  const contact = toContactView(await getContact(tx, id));
  if (audience === 'own') return toOwnOrganizationView(row, tiers, isAdministrator(ctx.actor) ? undefined : contact);
  return { ...toPublicOrganizationView(row, tiers), ...(disclosed ? { contact } : {}) };
}

/** Verified organizations for everybody; other states within the reader's territory. */
export async function listOrganizations(ctx: Ctx, query: ListOrganizations): Promise<Page<OrganizationView>> {
  const { limit = 20 } = query;
  const { rows, toView } = await listRows(ctx.db, ctx, query, { after: decodeCursor(query.cursor), limit });
  return toPage(rows, limit, keyOf, toView);
}

/**
 * A whole list, for who takes it away.
 * @returns what reads the next of it; fewer than asked for are the last
 */
export async function openOrganizations(
  _tx: Tx,
  ctx: Ctx,
  query: OrganizationList,
): Promise<(tx: Tx, limit: number) => Promise<OrganizationView[]>> {
  let after: PageKey | null = null;
  return async (tx, limit) => {
    const { rows, toView } = await listRows(tx, ctx, query, { after, limit });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    if (last !== undefined) after = keyOf(last);
    return shown.map(toView);
  };
}

async function listRows(
  db: Db,
  { actor, clock }: Ctx,
  { kind, regionCode, status = 'verified' }: OrganizationList,
  page: { after: PageKey | null; limit: number },
): Promise<{ rows: OrganizationRow[]; toView: (row: OrganizationRow) => OrganizationView }> {
  const staff = actor.kind === 'user' && actor.marketIds.length > 0;
  if (status !== 'verified' && !staff && !isAdministrator(actor)) {
    throw forbidden({
      zh: '只能查看已审核的机构。',
      en: 'Only staff of a market may list organizations in this state.',
    });
  }
  const rows = await listOrganizationRows(db, {
    status,
    ...page,
    ...(kind === undefined ? {} : { kind }),
    ...(regionCode === undefined ? {} : { regionCode }),
    ...(status !== 'verified' && staff && !isAdministrator(actor) ? { homeMarketIds: actor.marketIds } : {}),
  });
  const ids = rows.map((row) => row.id);
  const tiers = await listTiersInForce(db, ids, chinaDate(clock.now()));
  const toView = (row: OrganizationRow) =>
    audienceOf(actor, row) === 'own' ? toOwnOrganizationView(row, tiers) : toPublicOrganizationView(row, tiers);
  return { rows, toView };
}

function keyOf(row: OrganizationRow): PageKey {
  return { at: row.createdAt.toISOString(), id: row.id };
}
