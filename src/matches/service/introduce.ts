import type { Actor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidState } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { listExclusions, lockDemand } from '../../demands/service.ts';
import { isPublic } from '../../records/service.ts';
import type { CreateIntroduction, OpenIntroduction } from '../inputs.ts';
import { mayActFor, mayLead, type Side, standingIn, standingInIntroduction } from '../policy.ts';
import { defaultWorkingDays, introductionTimes, introductionTransitions, matchTransitions } from '../rules.ts';
import {
  getIntroductionRow,
  getMatchRow,
  type IntroductionRow,
  insertIntroduction,
  lockIntroduction,
  lockLiveIntroduction,
  lockMatch,
  type MatchRow,
  updateIntroductionRow,
  updateMatchRow,
} from '../store.ts';
import type { IntroductionView } from '../views.ts';
import { warnOfUnknownHolidays } from './holiday-warning.ts';
import { viewIntroduction } from './introductions.ts';
import { recordAnswer } from './record-answer.ts';
import { loadPair, type PairRows } from './sides.ts';

export interface IntroductionTerms {
  /** Working days that the parties have to answer, and the broker to open what was asked for. */
  workingDays: number;
}

/**
 * The broker who leads opens an introduction; a party asks for one.
 * @throws AppError INVALID_STATE unless the match is suggested or shortlisted and both records are public,
 *   CONFLICT when an introduction of this match is asked for already
 */
export async function createIntroduction(
  ctx: Ctx,
  matchId: string,
  input: CreateIntroduction,
  { workingDays }: IntroductionTerms = { workingDays: defaultWorkingDays },
): Promise<IntroductionView> {
  return await transaction(ctx, async (tx) => {
    const { match, pair } = await lockMatchAndDemand(tx, matchId);
    const requestedBySide = standingIn(ctx.actor, pair).leads ? null : mayAskFor(ctx, pair);
    const introduced = nextState(matchTransitions, 'introduce', match.status);
    requirePublic(ctx, pair);
    await refuseRestricted(
      tx,
      ctx,
      `introduction.${requestedBySide === null ? 'open' : 'request'}`,
      organizationsOf(pair),
    );
    if (requestedBySide === null) await refuseExcluded(tx, pair);
    if (await lockLiveIntroduction(tx, matchId)) throw askedAlready();
    const now = ctx.clock.now();
    const isOpen = requestedBySide === null;
    const introduction = found(
      await insertIntroduction(tx, {
        id: newId(),
        matchId,
        demandId: match.demandId,
        resultId: match.resultId,
        demandOrganizationId: pair.demand.organizationId,
        resultOrganizationId: pair.result.organizationId,
        marketId: pair.demand.homeMarketId,
        resultMarketId: pair.result.homeMarketId,
        status: isOpen ? 'open' : 'requested',
        message: input.message ?? null,
        openedByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
        assignedToUserId: isOpen && ctx.actor.kind === 'user' ? ctx.actor.userId : null,
        requestedBySide,
        ...(isOpen ? { openedAt: now, ...timesOf(ctx, workingDays) } : { dueAt: timesOf(ctx, workingDays).dueAt }),
        createdAt: now,
        updatedAt: now,
      }),
    );
    if (isOpen) await updateMatchRow(tx, match, { status: introduced }, now);
    await recordOpening(tx, ctx, introduction, isOpen ? 'open' : 'request', null);
    const action = isOpen ? 'introduced' : 'requested';
    await recordAnswer(tx, ctx, matchId, { action, side: requestedBySide, introductionId: introduction.id });
    return await viewIntroduction(tx, ctx, introduction);
  });
}

/** The broker who leads opens what a party asked for; the time to answer counts from now. */
export async function openIntroduction(
  ctx: Ctx,
  id: string,
  input: OpenIntroduction,
  expectedVersion: number | null,
  { workingDays }: IntroductionTerms = { workingDays: defaultWorkingDays },
): Promise<IntroductionView> {
  return await transaction(ctx, async (tx) => {
    const { row, match, pair } = await lockIntroductionOf(tx, ctx.actor, id);
    mayLead(ctx.actor, pair);
    checkVersion(row.version, expectedVersion);
    const status = nextState(introductionTransitions, 'open', row.status);
    const introduced = nextState(matchTransitions, 'introduce', match.status);
    requirePublic(ctx, pair);
    await refuseRestricted(tx, ctx, 'introduction.open', organizationsOf(pair));
    await refuseExcluded(tx, pair);
    const now = ctx.clock.now();
    const opened = await updateIntroductionRow(
      tx,
      row,
      {
        status,
        openedAt: now,
        ...(ctx.actor.kind === 'user' ? { openedByUserId: ctx.actor.userId, assignedToUserId: ctx.actor.userId } : {}),
        ...timesOf(ctx, workingDays),
        ...(input.message === undefined ? {} : { message: input.message }),
      },
      now,
    );
    await updateMatchRow(tx, match, { status: introduced }, now);
    await recordOpening(tx, ctx, opened, 'open', row.status);
    await recordAnswer(tx, ctx, match.id, { action: 'introduced', side: row.requestedBySide, introductionId: id });
    return await viewIntroduction(tx, ctx, opened);
  });
}

/** The two organizations of a pair. */
export function organizationsOf({ demand, result }: PairRows): string[] {
  return [demand.organizationId, result.organizationId];
}

/** In the order of locks: the demand first, then the match; an introduction after both. */
async function lockMatchAndDemand(tx: Tx, matchId: string): Promise<{ match: MatchRow; pair: PairRows }> {
  const { demandId } = found(await getMatchRow(tx, matchId));
  found(await lockDemand(tx, demandId));
  const match = found(await lockMatch(tx, matchId));
  return { match, pair: await loadPair(tx, match) };
}

/**
 * An introduction with its match and pair, for whoever has a part in it.
 * @throws AppError NOT_FOUND
 */
export async function lockIntroductionOf(
  tx: Tx,
  actor: Actor,
  id: string,
): Promise<{ row: IntroductionRow; match: MatchRow; pair: PairRows }> {
  const { matchId } = found(await getIntroductionRow(tx, id));
  const locked = await lockMatchAndDemand(tx, matchId);
  const row = found(await lockIntroduction(tx, id));
  standingInIntroduction(actor, locked.pair, row);
  return { row, ...locked };
}

/** Either party may ask; the result's broker sees the match and may not. */
function mayAskFor(ctx: Ctx, pair: PairRows): Side {
  const { ownsDemand, ownsResult } = standingIn(ctx.actor, pair);
  if (!ownsDemand && !ownsResult) mayLead(ctx.actor, pair);
  return mayActFor(ctx.actor, pair);
}

/**
 * Parties are brought together only while both offer what the match was made of.
 * @throws AppError INVALID_STATE naming the state of the record that is not public
 */
export function requirePublic(ctx: Ctx, pair: PairRows): void {
  const now = ctx.clock.now();
  for (const row of [pair.demand, pair.result]) {
    if (isPublic(row, now)) continue;
    throw invalidState(row.status, {
      zh: `${row.code} 目前未公开（或其机构已被暂停），不能继续对接。`,
      en: `${row.code} is not public at the moment, or its organization is suspended, so the introduction cannot go on.`,
    });
  }
}

/**
 * For the broker who leads, who may see whom the enterprise excludes. A party that asks is not held up here: it would
 * learn of it.
 * @throws AppError CONFLICT
 */
export async function refuseExcluded(tx: Tx, { demand, result }: PairRows): Promise<void> {
  const excluded = (await listExclusions(tx, [demand.id])).get(demand.id);
  if (!excluded?.has(result.organizationId)) return;
  throw conflict({
    zh: '需求方已把该机构列入排除名单，不能牵线；请先与需求方沟通。',
    en: 'The enterprise has excluded this organization from the demand; speak with it first.',
  });
}

function askedAlready() {
  return conflict({
    zh: '该匹配已有对接申请，请由经纪人打开（POST /v1/introductions/{id}/open）。',
    en: 'An introduction of this match is asked for already; the broker opens it with POST /v1/introductions/{id}/open.',
  });
}

export function timesOf(ctx: Ctx, workingDays: number): { remindAt: Date; escalateAt: Date; dueAt: Date } {
  const { holidaysKnown, ...times } = introductionTimes(ctx.clock.now(), workingDays);
  if (!holidaysKnown) warnOfUnknownHolidays(ctx.log, chinaDate(times.escalateAt).slice(0, 4));
  return times;
}

async function recordOpening(
  tx: Tx,
  ctx: Ctx,
  row: IntroductionRow,
  step: 'open' | 'request',
  fromStatus: string | null,
): Promise<void> {
  await audit(tx, ctx, {
    action: `introduction.${step}`,
    subjectType: 'introduction',
    subjectId: row.id,
    marketId: row.marketId,
    fromStatus,
    toStatus: row.status,
    details: { matchId: row.matchId },
  });
  await emit(tx, ctx, {
    type: step === 'open' ? 'introduction.opened' : 'introduction.requested',
    subjectType: 'introduction',
    subjectId: row.id,
  });
}
