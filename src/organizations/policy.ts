import { type Actor, belongsTo, brokersFor, refuseSuspended } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import type { OrganizationRow } from './store.ts';

export type OrganizationAudience = 'own' | 'public';

export function isAdministrator(actor: Actor): boolean {
  return actor.kind === 'user' && actor.administrator;
}

/** Staff of the organization's home market or of one above it; for a market, of itself or one above. */
export function keepsOrganization(actor: Actor, row: OrganizationRow): boolean {
  return brokersFor(actor, row.homeMarketId ?? row.id);
}

/**
 * Who sees what of an organization: members, its market's staff and the administrator see its own view;
 * everybody else a verified one's public view, and nothing of any other.
 */
export function audienceOf(actor: Actor, row: OrganizationRow): OrganizationAudience {
  if (belongsTo(actor, row.id) || keepsOrganization(actor, row) || isAdministrator(actor)) return 'own';
  if (row.status !== 'verified') throw notFound();
  return 'public';
}

/** Verification is the home market's: its brokers know the enterprises of their territory. */
export function mayVerify(actor: Actor, row: OrganizationRow): void {
  if (keepsOrganization(actor, row) && row.kind !== 'market') return;
  audienceOf(actor, row);
  throw forbidden({
    zh: '只有该机构所属市场的工作人员可以审核。',
    en: 'Only staff of its home market may verify or suspend an organization.',
  });
}

export function mayUpdate(actor: Actor, row: OrganizationRow): void {
  refuseSuspended(actor);
  if (belongsTo(actor, row.id) && actor.kind === 'user' && actor.role !== 'member') return;
  audienceOf(actor, row);
  throw forbidden({
    zh: '只有本机构管理员可以修改机构资料。',
    en: "Only the organization's own admins may change it.",
  });
}

/** New markets come from the administrator, or from a director for the part of the tree below. */
export function mayCreateMarket(actor: Actor, parentId: string): void {
  if (isAdministrator(actor)) return;
  if (actor.kind === 'user' && actor.role === 'director' && actor.marketIds.includes(parentId)) return;
  throw forbidden({
    zh: '只有平台管理员或上级市场主任可以设立市场。',
    en: 'Only the administrator or a director of the parent market may create a market.',
  });
}

export function mayCreateGovernment(actor: Actor, homeMarketId: string): void {
  if (isAdministrator(actor)) return;
  if (actor.kind === 'user' && actor.role === 'director' && actor.marketIds.includes(homeMarketId)) return;
  throw forbidden({
    zh: '只有平台管理员或当地市场主任可以设立政府机构账号。',
    en: 'Only the administrator or a director of that territory may create this organization.',
  });
}
