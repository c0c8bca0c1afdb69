import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { violates } from '../../core/pg-errors.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { type DemandRow, lockDemand, markDemandGathered } from '../../demands/service.ts';
import { mayWrite } from '../../records/service.ts';
import type { EnterCampaign, SelectEntry } from '../inputs.ts';
import { audienceOf, mayRun } from '../policy.ts';
import {
  answerFaults,
  checkList,
  demandFaults,
  districtOf,
  effectiveStatus,
  requireEnterable,
  requireGathering,
  requireSelecting,
} from '../rules.ts';
import {
  type CampaignRow,
  deleteSelection,
  type EntryRow,
  getCampaignRow,
  getEntryRow,
  insertAnswers,
  insertEntries,
  insertSelection,
  lockCampaign,
  shareCampaign,
} from '../store.ts';
import type { EntryView } from '../views.ts';
import { viewEntries } from './read.ts';

/**
 * Puts a submitted demand under a campaign, with the answers to its questions; its source is the campaign from then on.
 * @throws AppError INVALID_STATE before the start and from the deadline on, INVALID_INPUT with a fault for each thing that
 *   the campaign asks for, CONFLICT for a demand that is entered already
 */
export async function enterCampaign(ctx: Ctx, id: string, input: EnterCampaign): Promise<EntryView> {
  return await transaction(ctx, async (tx) => {
    // As everywhere the demand is locked first.
    const demand = found(await lockDemand(tx, input.demandId));
    const campaign = found(await shareCampaign(tx, id));
    audienceOf(ctx.actor, campaign);
    const now = ctx.clock.now();
    mayWrite(ctx.actor, demand, now);
    requireGathering(campaign, now);
    requireEnterable(demand.status);
    await refuseRestricted(tx, ctx, 'campaign.enter', [demand.organizationId]);
    const { answers = {} } = input;
    const faults = [
      ...demandFaults(campaign, demand).map((fault) => ({ ...fault, pointer: '/demandId' })),
      ...answerFaults(campaign.questions, answers),
    ];
    if (faults.length > 0) throw invalidInput(...faults);
    const [entry] = await enterAll(tx, ctx, campaign, [{ demand, answers }], now).catch((error: unknown) => {
      if (!violates(error, 'campaign_entries_key')) throw error;
      throw conflict({ zh: '该需求已报送本次征集。', en: 'The demand has been entered in this campaign already.' });
    });
    return found((await viewEntries(tx, ctx, campaign, [found(entry)])).get(found(entry).id));
  });
}

/**
 * In another verb's transaction, which has locked the demands and the campaign or made them, and found each to be what
 * the campaign asks for and its actor to be allowed to.
 */
export async function enterAll(
  tx: Tx,
  ctx: Ctx,
  campaign: CampaignRow,
  entering: readonly { demand: DemandRow; answers: Record<string, string | number> }[],
  now: Date,
): Promise<EntryRow[]> {
  if (entering.length === 0) return [];
  const entries = await insertEntries(
    tx,
    entering.map(({ demand }) => ({
      id: newId(),
      campaignId: campaign.id,
      demandId: demand.id,
      organizationId: demand.organizationId,
      districtCode: districtOf(campaign.regionCode, campaign.quotas, demand.regionCode),
      createdByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
      createdAt: now,
    })),
  );
  await insertAnswers(
    tx,
    entries.map((entry, at) => ({ entryId: entry.id, answers: entering[at]?.answers ?? {} })),
  );
  for (const { demand } of entering) await markDemandGathered(tx, ctx, demand);
  await audit(
    tx,
    ctx,
    entering.map(({ demand }) => ({
      action: 'campaign.enter',
      subjectType: 'campaign',
      subjectId: campaign.id,
      marketId: campaign.marketId,
      details: { demandId: demand.id },
    })),
  );
  await emit(
    tx,
    ctx,
    entering.map(() => ({ type: 'campaign.entered', subjectType: 'campaign', subjectId: campaign.id }) as const),
  );
  return entries;
}

/** @throws AppError NOT_FOUND, INVALID_STATE for a campaign that takes no demands now */
export async function requireGatheringCampaign(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  const campaign = found(await getCampaignRow(tx, id));
  audienceOf(ctx.actor, campaign);
  requireGathering(campaign, ctx.clock.now());
}

/** Locked for who enters demands: it does not close meanwhile. Null for one that has closed. */
export async function shareGathering(tx: Tx, id: string, now: Date): Promise<CampaignRow | null> {
  const campaign = found(await shareCampaign(tx, id));
  return effectiveStatus(campaign, now) === 'open' ? campaign : null;
}

/** Puts an entry on a list, with the reason. @throws AppError CONFLICT for one that is on it */
export async function selectEntry(ctx: Ctx, id: string, input: SelectEntry): Promise<EntryView> {
  return await transaction(ctx, async (tx) => {
    const campaign = found(await lockCampaign(tx, id));
    mayRun(ctx.actor, campaign);
    requireSelecting(effectiveStatus(campaign, ctx.clock.now()));
    checkList(campaign.lists, input.list);
    const entry = await getEntryRow(tx, input.entryId);
    if (entry?.campaignId !== id) throw noSuchEntry();
    await insertSelection(tx, {
      id: newId(),
      entryId: entry.id,
      list: input.list,
      reason: input.reason,
      selectedByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
      createdAt: ctx.clock.now(),
    }).catch((error: unknown) => {
      if (!violates(error, 'campaign_selections_key')) throw error;
      throw conflict({ zh: '该条目已在此名单中。', en: 'The entry is on this list already.' });
    });
    await audit(tx, ctx, {
      action: 'campaign.select',
      subjectType: 'campaign',
      subjectId: id,
      marketId: campaign.marketId,
      details: { entryId: entry.id, list: input.list },
    });
    return found((await viewEntries(tx, ctx, campaign, [entry])).get(entry.id));
  });
}

/** Takes an entry off a list. */
export async function unselectEntry(ctx: Ctx, id: string, entryId: string, list: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const campaign = found(await lockCampaign(tx, id));
    mayRun(ctx.actor, campaign);
    requireSelecting(effectiveStatus(campaign, ctx.clock.now()));
    const entry = found(await getEntryRow(tx, entryId));
    found(entry.campaignId === id && (await deleteSelection(tx, entryId, list)) ? entry : null);
    await audit(tx, ctx, {
      action: 'campaign.unselect',
      subjectType: 'campaign',
      subjectId: id,
      marketId: campaign.marketId,
      details: { entryId, list },
    });
    return null;
  });
}

function noSuchEntry() {
  return invalidInput({
    pointer: '/entryId',
    code: 'unknown',
    message: { zh: '本次征集没有这个条目', en: 'is no entry of this campaign' },
  });
}
