import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { getOrganizationRow, getOrganizationRows } from '../../organizations/service.ts';
import type { DecideAppeal } from '../inputs.ts';
import { mayAppeal, mayDecide, mayLift, type OrganizationFacts, type Reader } from '../policy.ts';
import { appealTransitions, requireInForce, restrictionTransitions, statusAt } from '../rules.ts';
import {
  lockEndedRestrictions,
  lockRestriction,
  type NewRestriction,
  type RestrictionConfidential,
  type RestrictionRow,
  updateRestrictionConfidential,
  updateRestrictionRow,
} from '../store.ts';
import type { RestrictionView } from '../views.ts';
import { readerOf, viewRestriction } from './read.ts';

export interface RestrictionStepInput {
  id: string;
  expectedVersion: number | null;
}

interface Step {
  name: 'lift' | 'appeal' | 'uphold' | 'overturn';
  message: MessageType;
  changes: Partial<NewRestriction>;
  confidential: Partial<RestrictionConfidential>;
}

type Policy = (reader: Reader, organization: OrganizationFacts, row: RestrictionRow) => void;

async function takeStep(
  ctx: Ctx,
  { id, expectedVersion }: RestrictionStepInput,
  policy: Policy,
  decide: (row: RestrictionRow, now: Date) => Step,
): Promise<RestrictionView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockRestriction(tx, id));
    const organization = found(await getOrganizationRow(tx, row.organizationId));
    policy(await readerOf(tx, ctx), organization, row);
    checkVersion(row.version, expectedVersion);
    const now = ctx.clock.now();
    const { name, message, changes, confidential } = decide(row, now);
    const updated = found(await updateRestrictionRow(tx, row, changes, now));
    await updateRestrictionConfidential(tx, id, confidential);
    await record(tx, ctx, organization.homeMarketId, name, row, updated);
    await emit(tx, ctx, { type: message, subjectType: 'restriction', subjectId: id });
    return await viewRestriction(tx, ctx, updated);
  });
}

async function record(
  tx: Tx,
  ctx: Ctx,
  marketId: string | null,
  step: string,
  before: RestrictionRow,
  after: RestrictionRow,
): Promise<void> {
  await audit(tx, ctx, {
    action: `restriction.${step}`,
    subjectType: 'restriction',
    subjectId: before.id,
    marketId,
    fromStatus: statusAt(before, ctx.clock.now()),
    toStatus: after.status,
    details: { organizationId: before.organizationId, appeal: after.appeal },
  });
}

/** Ends a restriction before its term. An appeal that waits may still be decided. */
export async function liftRestriction(
  ctx: Ctx,
  input: RestrictionStepInput & { reason: string },
): Promise<RestrictionView> {
  return await takeStep(ctx, input, mayLift, (row, now) => ({
    name: 'lift',
    message: 'restriction.lifted',
    changes: { status: nextState(restrictionTransitions, 'lift', statusAt(row, now)), liftedAt: now },
    confidential: { liftReason: input.reason },
  }));
}

/** Once, and while the restriction is in force; it stays in force meanwhile. */
export async function appealRestriction(
  ctx: Ctx,
  input: RestrictionStepInput & { grounds: string },
): Promise<RestrictionView> {
  return await takeStep(ctx, input, mayAppeal, (row, now) => {
    requireInForce(row, now);
    return {
      name: 'appeal',
      message: 'restriction.appealed',
      changes: { appeal: nextState(appealTransitions, 'appeal', row.appeal), appealedAt: now },
      confidential: { appealGrounds: input.grounds },
    };
  });
}

/** By another person than imposed it. Overturning lifts what is still in force. */
export async function decideAppeal(ctx: Ctx, input: RestrictionStepInput & DecideAppeal): Promise<RestrictionView> {
  const policy: Policy = (reader, organization, row) => mayDecide(reader, organization, row.imposedByUserId);
  return await takeStep(ctx, input, policy, (row, now) => {
    const confidential = { decisionReason: input.reason };
    if (input.outcome === 'upheld') {
      const appeal = nextState(appealTransitions, 'uphold', row.appeal);
      return { name: 'uphold', message: 'restriction.upheld', changes: { appeal, decidedAt: now }, confidential };
    }
    const appeal = nextState(appealTransitions, 'overturn', row.appeal);
    const lifted =
      statusAt(row, now) === 'in_force'
        ? { status: nextState(restrictionTransitions, 'overturn', row.status), liftedAt: now }
        : {};
    const changes = { appeal, decidedAt: now, ...lifted };
    return { name: 'overturn', message: 'restriction.overturned', changes, confidential };
  });
}

const batchSize = 100;

/** Says of restrictions whose term is over that they have ended, each once. Any number of sweeps may run at once. */
export async function expireRestrictions(ctx: Ctx): Promise<number> {
  let expired = 0;
  for (let taken = batchSize; taken === batchSize; ) {
    taken = await transaction(ctx, async (tx) => await expireBatch(tx, ctx));
    expired += taken;
  }
  return expired;
}

async function expireBatch(tx: Tx, ctx: Ctx): Promise<number> {
  const now = ctx.clock.now();
  const ended = await lockEndedRestrictions(tx, now, batchSize);
  const organizations = await getOrganizationRows(tx, [...new Set(ended.map((row) => row.organizationId))]);
  const marketOf = new Map(organizations.map((organization) => [organization.id, organization.homeMarketId]));
  for (const row of ended) {
    const status = nextState(restrictionTransitions, 'expire', row.status);
    const updated = found(await updateRestrictionRow(tx, row, { status }, now));
    await record(tx, ctx, marketOf.get(row.organizationId) ?? null, 'expire', row, updated);
  }
  await emit(
    tx,
    ctx,
    ended.map((row) => ({ type: 'restriction.expired', subjectType: 'restriction', subjectId: row.id })),
  );
  return ended.length;
}
