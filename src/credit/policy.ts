import { type Actor, belongsTo, brokersFor } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { regionPrefix } from '../core/region-codes.ts';

/** Who asks, and for a bureau's officer the region of the bureau. */
export interface Reader {
  actor: Actor;
  bureauRegionCode: string | null;
}

/** What the rules ask of the organization that is restricted. */
export interface OrganizationFacts {
  id: string;
  regionCode: string;
  homeMarketId: string | null;
}

/** `decides`: an officer of a bureau whose region contains the organization, or the administrator. */
export type RestrictionAudience = 'decides' | 'staff' | 'own';

function decidesOn({ actor, bureauRegionCode }: Reader, organization: OrganizationFacts): boolean {
  if (actor.kind !== 'user') return false;
  if (actor.administrator) return true;
  return bureauRegionCode !== null && organization.regionCode.startsWith(regionPrefix(bureauRegionCode));
}

/**
 * Restrictions of an organization are known to itself, to the staff of its market, and to bureaus of its region.
 * @throws AppError NOT_FOUND for everybody else
 */
export function audienceOf(reader: Reader, organization: OrganizationFacts): RestrictionAudience {
  if (decidesOn(reader, organization)) return 'decides';
  if (brokersFor(reader.actor, organization.homeMarketId ?? organization.id)) return 'staff';
  if (belongsTo(reader.actor, organization.id)) return 'own';
  throw notFound();
}

const officersOnly = {
  zh: '只有辖区内科技主管部门的工作人员或平台管理员可以这样做。',
  en: 'Only officers of a bureau whose region contains the organization, or the administrator, may do this.',
};

/** Before the organization is looked at: who is no officer learns nothing of it. */
export function mayImposeAtAll({ actor, bureauRegionCode }: Reader): void {
  if (actor.kind === 'user' && (actor.administrator || bureauRegionCode !== null)) return;
  throw forbidden(officersOnly);
}

export function mayImpose(reader: Reader, organization: OrganizationFacts & { status: string }): void {
  mayImposeAtAll(reader);
  if (decidesOn(reader, organization)) return;
  if (organization.status !== 'verified') throw notFound();
  throw forbidden(officersOnly);
}

export function mayLift(reader: Reader, organization: OrganizationFacts): void {
  if (audienceOf(reader, organization) !== 'decides') throw forbidden(officersOnly);
}

/** A remedy of the organization's, so that it has it while suspended, too. */
export function mayAppeal(reader: Reader, organization: OrganizationFacts): void {
  audienceOf(reader, organization);
  const { actor } = reader;
  if (actor.kind === 'user' && actor.role === 'admin' && belongsTo(actor, organization.id)) return;
  throw forbidden({
    zh: '只有被限制机构的管理员可以申诉。',
    en: 'Only admins of the restricted organization may appeal.',
  });
}

/** Nobody judges an appeal against a decision of their own. */
export function mayDecide(reader: Reader, organization: OrganizationFacts, imposedByUserId: string): void {
  mayLift(reader, organization);
  if (reader.actor.kind === 'user' && reader.actor.userId !== imposedByUserId) return;
  throw forbidden({
    zh: '作出限制决定的人不能裁决对它的申诉，请由另一人办理。',
    en: 'Whoever imposed the restriction cannot decide the appeal; another person has to.',
  });
}

/** Which restrictions are the actor's to see, as a condition for a list. */
export interface RestrictionScope {
  all: boolean;
  marketIds: readonly string[];
  organizationId: string | null;
  /** The digits that an organization's region begins with, for an officer. */
  regionPrefix: string | null;
}

export function scopeOf({ actor, bureauRegionCode }: Reader): RestrictionScope {
  if (actor.kind !== 'user') return { all: false, marketIds: [], organizationId: null, regionPrefix: null };
  const brokers = actor.role === 'broker' || actor.role === 'director';
  return {
    all: actor.administrator,
    marketIds: brokers ? actor.marketIds : [],
    organizationId: actor.organizationId,
    regionPrefix: bureauRegionCode === null ? null : regionPrefix(bureauRegionCode),
  };
}
