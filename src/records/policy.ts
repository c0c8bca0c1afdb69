import { type Actor, belongsTo, brokersFor, type OrganizationKind, refuseSuspended } from '../core/actor.ts';
import { type AppError, forbidden, invalidState, notFound } from '../core/errors.ts';
import { isOpen, type RecordStatus } from './rules.ts';

/** What policies ask of a demand or a result. */
export interface OwnedRecord {
  organizationId: string;
  homeMarketId: string;
  createdByUserId: string;
  status: RecordStatus;
  validUntil: Date | null;
}

/** What policies ask of an organization that a record is posted for. */
export interface Poster {
  id: string;
  kind: OrganizationKind;
  status: string;
  homeMarketId: string | null;
}

export type RecordAudience = 'owner' | 'counterparty' | 'public';

/** A university's record belongs to the member who made it and to its admins; an enterprise's to all its members. */
export function owns(actor: Actor, record: OwnedRecord): boolean {
  if (actor.kind !== 'user' || !belongsTo(actor, record.organizationId)) return false;
  return actor.organizationKind !== 'university' || actor.role === 'admin' || actor.userId === record.createdByUserId;
}

/** Staff of the home market or of one above it, from the moment the record was submitted: a draft is its owner's. */
export function brokers(actor: Actor, record: OwnedRecord): boolean {
  return record.status !== 'draft' && brokersFor(actor, record.homeMarketId);
}

/** What says whether everybody may see a record. */
export type PublicFacts = Pick<OwnedRecord, 'status' | 'validUntil'> & { ownerVerified: boolean };

export function isPublic(record: PublicFacts, now: Date): boolean {
  return isOpen(record.status) && record.ownerVerified && (record.validUntil === null || record.validUntil > now);
}

/**
 * The audience that an actor is of a record.
 * @throws AppError NOT_FOUND when it is none
 */
export function audienceOf(
  actor: Actor,
  record: OwnedRecord & { ownerVerified: boolean },
  disclosed: boolean,
  now: Date,
): RecordAudience {
  if (owns(actor, record) || brokers(actor, record)) return 'owner';
  if (disclosed) return 'counterparty';
  if (isPublic(record, now)) return 'public';
  throw notFound();
}

/** Demands are posted by enterprises, results by universities. */
export function mayPost(actor: Actor, kind: OrganizationKind): string {
  refuseSuspended(actor);
  if (actor.kind === 'user' && actor.organizationKind === kind && actor.organizationId !== null)
    return actor.organizationId;
  throw forbidden(
    kind === 'enterprise'
      ? { zh: '技术需求由企业发布。', en: 'Demands are posted by members of an enterprise.' }
      : { zh: '科技成果由高校院所发布。', en: 'Results are published by members of a university or institute.' },
  );
}

/** Whose organization it is, or staff of its home market, to whom it gave the record to enter for it. */
export function mayPostFor(actor: Actor, organization: Poster, kind: OrganizationKind): void {
  if (belongsTo(actor, organization.id)) {
    mayPost(actor, kind);
    return;
  }
  const kept = organization.kind === kind && brokersFor(actor, organization.homeMarketId ?? '');
  if (kept && organization.status === 'verified') return;
  throw forbidden({
    zh: '只能为本机构，或（市场工作人员）为所属市场内已审核的机构录入。',
    en: 'Records are entered for your own organization or, by staff, for a verified organization of your market.',
  });
}

/** What staff enter for an organization has come to the market already: it is submitted, where its own draft is not. */
export function isEnteredByStaff(actor: Actor, organization: Poster): boolean {
  return !belongsTo(actor, organization.id);
}

/** @throws AppError what the actor gets who sees a record and may not do this to it */
function refusal(
  actor: Actor,
  record: OwnedRecord & { ownerVerified: boolean },
  now: Date,
  text: { zh: string; en: string },
): AppError {
  const sees = owns(actor, record) || brokers(actor, record) || isPublic(record, now);
  return sees ? forbidden(text) : notFound();
}

function ownerOnly(actor: Actor, record: OwnedRecord & { ownerVerified: boolean }, now: Date): void {
  if (owns(actor, record)) return;
  throw refusal(actor, record, now, { zh: '只有发布方可以这样做。', en: 'Only the owner of the record may do this.' });
}

export function mayWrite(actor: Actor, record: OwnedRecord & { ownerVerified: boolean }, now: Date): void {
  ownerOnly(actor, record, now);
  refuseSuspended(actor);
}

/** An organization may draft while it is pending, and submit once it is verified. */
export function maySubmit(
  actor: Actor,
  record: OwnedRecord & { ownerVerified: boolean; ownerStatus: string },
  now: Date,
): void {
  ownerOnly(actor, record, now);
  if (!record.ownerVerified) {
    throw invalidState(record.ownerStatus, {
      zh: '机构尚未通过审核（或已被暂停），暂不能提交。请联系所属市场。',
      en: 'The organization is not verified (or is suspended); it may draft and cannot submit yet. Ask its market.',
    });
  }
}

export function mayBroker(actor: Actor, record: OwnedRecord & { ownerVerified: boolean }, now: Date): void {
  if (brokers(actor, record)) return;
  throw refusal(actor, record, now, {
    zh: '只有所属市场的工作人员可以这样做。',
    en: 'Only staff of the home market may do this.',
  });
}

/** Who has what in hand: a director says; a broker takes it over, or hands on what is hers. */
export function mayAssign(actor: Actor, { from, to }: { from: string | null; to: string | null }): void {
  if (actor.kind === 'user' && (actor.role === 'director' || to === actor.userId || from === actor.userId)) return;
  throw forbidden({
    zh: '经纪人可自己接手，或转出自己手上的事项；其他分派由市场主任决定。',
    en: 'A broker takes over, or hands on what is hers; all else is assigned by a director.',
  });
}

export function mayClose(actor: Actor, record: OwnedRecord & { ownerVerified: boolean }, now: Date): void {
  if (!brokers(actor, record)) mayWrite(actor, record, now);
}
