import { type Actor, belongsTo, brokersFor } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Text } from '../core/text.ts';
import type { ContractStatus } from './rules.ts';

/** One of the two sides, or a party of a project. */
export interface PartyFacts {
  organizationId: string;
  responsibleUserId: string | null;
}

/** What the rules ask of a contract. */
export interface ContractFacts {
  status: ContractStatus;
  marketId: string;
  buyer: PartyFacts;
  seller: PartyFacts;
  /** GB/T 2260 codes of buyer and seller, as far as they are stated. */
  regionCodes: readonly string[];
}

/** Who asks, and for a bureau's officer the region of the bureau. */
export interface Reader {
  actor: Actor;
  bureauRegionCode: string | null;
}

export type ContractAudience = 'party' | 'staff' | 'officer';

/** A university's part belongs to the member who made the record and to its admins; any other party's to all its members. */
function actsFor(actor: Actor, party: PartyFacts): boolean {
  if (actor.kind !== 'user' || !belongsTo(actor, party.organizationId)) return false;
  return actor.organizationKind !== 'university' || actor.role === 'admin' || actor.userId === party.responsibleUserId;
}

/** A suspended organization may read and not act. */
function mayAct(actor: Actor): void {
  if (actor.kind === 'user' && actor.organizationStatus === 'verified') return;
  throw forbidden({
    zh: '机构未通过审核或已被暂停，暂不能操作。',
    en: 'The organization is not verified, or is suspended; it may read and not act.',
  });
}

/**
 * The two sides and the staff of the market see a contract in every state; an officer sees what is registered and has a
 * side in the region of the bureau.
 * @throws AppError NOT_FOUND for everybody else
 */
export function audienceOf({ actor, bureauRegionCode }: Reader, contract: ContractFacts): ContractAudience {
  if (actsFor(actor, contract.buyer) || actsFor(actor, contract.seller)) return 'party';
  if (brokersFor(actor, contract.marketId)) return 'staff';
  if (contract.status === 'registered' && bureauRegionCode !== null) {
    const prefix = regionPrefix(bureauRegionCode);
    if (contract.regionCodes.some((code) => code.startsWith(prefix))) return 'officer';
  }
  throw notFound();
}

function only(allowed: ContractAudience, reader: Reader, contract: ContractFacts, refusal: Text): void {
  if (audienceOf(reader, contract) !== allowed) throw forbidden(refusal);
}

/** Writing, submitting, withdrawing. */
export function mayWrite(reader: Reader, contract: ContractFacts): void {
  only('party', reader, contract, {
    zh: '合同由买卖双方填写和提交。',
    en: 'The buyer and the seller write and submit a contract.',
  });
  mayAct(reader.actor);
}

/** Approving and returning: any broker or director of the project's market or of one above it. */
export function mayReview(reader: Reader, contract: ContractFacts): void {
  only('staff', reader, contract, {
    zh: '合同由项目所属市场的工作人员审核。',
    en: "Staff of the project's market review a contract.",
  });
}

/** Undoing what is registered is the director's. */
export function mayRevoke(reader: Reader, contract: ContractFacts): void {
  const refusal = { zh: '只有市场主任可以撤销登记。', en: 'Only a director of the market may revoke a registration.' };
  only('staff', reader, contract, refusal);
  if (reader.actor.kind !== 'user' || reader.actor.role !== 'director') throw forbidden(refusal);
}

/**
 * A contract is drafted by one of its two sides.
 * @throws AppError NOT_FOUND for who knows nothing of the project, FORBIDDEN for its other parties and its market's staff
 */
export function mayDraft(
  actor: Actor,
  project: { marketId: string; parties: readonly PartyFacts[] },
  sides: readonly PartyFacts[],
): void {
  if (sides.some((side) => actsFor(actor, side))) {
    mayAct(actor);
    return;
  }
  if (!brokersFor(actor, project.marketId) && !project.parties.some((party) => actsFor(actor, party))) throw notFound();
  throw forbidden({
    zh: '合同由买卖双方填写和提交。',
    en: 'The buyer and the seller write and submit a contract.',
  });
}

/** Which contracts are the actor's, as a condition for a list. */
export interface ContractScope {
  marketIds: readonly string[];
  organizationId: string | null;
  /** Set where only the contracts of this very member count. */
  responsibleUserId: string | null;
  /** The digits that the region of a side begins with, for an officer; '' is every region, null none. */
  registeredInPrefix: string | null;
}

export function scopeOf({ actor, bureauRegionCode }: Reader): ContractScope {
  if (actor.kind !== 'user')
    return { marketIds: [], organizationId: null, responsibleUserId: null, registeredInPrefix: null };
  const brokers = actor.role === 'broker' || actor.role === 'director';
  const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
  return {
    marketIds: brokers ? actor.marketIds : [],
    organizationId: actor.organizationId,
    responsibleUserId: personal ? actor.userId : null,
    registeredInPrefix: bureauRegionCode === null ? null : regionPrefix(bureauRegionCode),
  };
}
