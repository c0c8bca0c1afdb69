import { type Actor, belongsTo, brokersFor, refuseSuspended } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { CampaignStatus } from './inputs.ts';

export interface CampaignFacts {
  organizationId: string;
  marketId: string;
  status: CampaignStatus;
}

/** `runs`: officers of the bureau, directors of the market; `staff`: of the market of its region or above. */
export type CampaignAudience = 'runs' | 'staff' | 'public';

function runs(actor: Actor, campaign: CampaignFacts): boolean {
  return (
    actor.kind === 'user' &&
    belongsTo(actor, campaign.organizationId) &&
    (actor.role === 'officer' || actor.role === 'director')
  );
}

/** @throws AppError NOT_FOUND of a draft or a cancelled campaign for everybody but those who run it and its market's staff */
export function audienceOf(actor: Actor, campaign: CampaignFacts): CampaignAudience {
  if (runs(actor, campaign)) return 'runs';
  if (brokersFor(actor, campaign.marketId)) return 'staff';
  if (campaign.status === 'draft' || campaign.status === 'cancelled') throw notFound();
  return 'public';
}

const runnersOnly = {
  zh: '只有科技主管部门工作人员或市场主任可以开展征集。',
  en: 'Campaigns are run by officers of a bureau and directors of a market.',
};

/** @returns the organization in whose name it is run */
export function mayCreate(actor: Actor): string {
  refuseSuspended(actor);
  if (actor.kind === 'user' && actor.organizationId !== null) {
    const officer = actor.organizationKind === 'government' && actor.role === 'officer';
    const director = actor.organizationKind === 'market' && actor.role === 'director';
    if (officer || director) return actor.organizationId;
  }
  throw forbidden(runnersOnly);
}

/** A bureau gathers in its own region, a market in its own. */
export function mayGatherIn(ownRegionCode: string, regionCode: string): void {
  const prefix = ownRegionCode === '000000' ? '' : regionPrefix(ownRegionCode);
  if (regionCode.startsWith(prefix)) return;
  throw forbidden({ zh: '只能在本辖区内征集。', en: 'A campaign stays within the region of who runs it.' });
}

export function mayRun(actor: Actor, campaign: CampaignFacts): void {
  if (audienceOf(actor, campaign) !== 'runs') throw forbidden(runnersOnly);
  refuseSuspended(actor);
}

/** Numbers are for those who run it and the staff of its market. */
export function mayWatch(actor: Actor, campaign: CampaignFacts): void {
  if (audienceOf(actor, campaign) !== 'public') return;
  throw forbidden({
    zh: '征集进度供组织方和所属市场工作人员查看。',
    en: 'Progress is for those who run the campaign and the staff of its market.',
  });
}

/** Which entries are the actor's to read: all; those of some markets; those of an organization. */
export type EntryScope = { all: true } | { marketIds: readonly string[]; organizationId: string | null };

export function entryScopeOf(actor: Actor, campaign: CampaignFacts): EntryScope {
  if (audienceOf(actor, campaign) !== 'public') return { all: true };
  if (actor.kind !== 'user') return { marketIds: [], organizationId: null };
  const isBroker = actor.role === 'broker' || actor.role === 'director';
  return { marketIds: isBroker ? actor.marketIds : [], organizationId: actor.organizationId };
}
