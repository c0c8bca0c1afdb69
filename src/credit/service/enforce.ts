import { belongsTo } from '../../core/actor.ts';
import { auditRefusal } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError } from '../../core/errors.ts';
import { TracedRefusal } from '../../core/refusals.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import {
  getOrganizationRow,
  listUnverifiedOrganizationIds,
  type OrganizationRow,
} from '../../organizations/service.ts';
import { audienceOf } from '../policy.ts';
import { type RefusalReader, refusalOf } from '../rules.ts';
import { listInForce } from '../store.ts';
import { readerOf } from './read.ts';

/**
 * Of these organizations, those that may not be matched at present: whoever is suspended or not verified yet, and whoever
 * is under a restriction. The one place that says so, for every capability that must keep such an organization out.
 */
export async function listRestrictedOrganizationIds(db: Db, ids: readonly string[], now: Date): Promise<Set<string>> {
  const restricted = await listUnverifiedOrganizationIds(db, ids);
  for (const row of await listInForce(db, ids, now)) restricted.add(row.organizationId);
  return restricted;
}

/**
 * Refuses a verb to organizations of which one is under a restriction, and leaves an entry in the audit trail of the
 * restriction. To be called once the actor has been found to be allowed otherwise.
 * @param verb as in audit entries: `demand.submit`
 * @throws AppError INVALID_STATE; to an actor who may not know of the restriction, in words that do not name it
 */
export async function refuseRestricted(
  tx: Tx,
  ctx: Ctx,
  verb: string,
  organizationIds: readonly string[],
): Promise<void> {
  const inForce = await listInForce(tx, organizationIds, ctx.clock.now());
  const restriction = inForce.find((row) => belongsTo(ctx.actor, row.organizationId)) ?? inForce[0];
  if (restriction === undefined) return;
  const organization = await getOrganizationRow(tx, restriction.organizationId);
  if (organization === undefined) throw new Error('a restriction without its organization');
  const { state, text } = refusalOf(await standingOf(tx, ctx, organization), restriction);
  const fact = {
    action: 'restriction.refuse',
    subjectType: 'restriction',
    subjectId: restriction.id,
    marketId: organization.homeMarketId,
    details: { verb, organizationId: organization.id },
  } as const;
  throw new TracedRefusal('INVALID_STATE', text, { state }, (after) => auditRefusal(after, fact));
}

async function standingOf(tx: Tx, ctx: Ctx, organization: OrganizationRow): Promise<RefusalReader> {
  if (belongsTo(ctx.actor, organization.id)) return 'own';
  try {
    audienceOf(await readerOf(tx, ctx), organization);
    return 'reader';
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return 'stranger';
    throw error;
  }
}
