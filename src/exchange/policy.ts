import { type Actor, refuseSuspended, type UserActor } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import type { ImportKind } from './inputs.ts';

const ownKinds: Readonly<Record<string, readonly ImportKind[]>> = {
  enterprise: ['demand'],
  university: ['result', 'expert'],
};

/**
 * Members of an enterprise import their demands, those of a university their results and experts; staff of a market
 * demands, results and organizations of their territory. Experts are entered by their university alone.
 */
export function mayImport(actor: Actor, kind: ImportKind): UserActor & { organizationId: string } {
  refuseSuspended(actor);
  if (actor.kind === 'user' && actor.organizationId !== null) {
    const own = actor.organizationKind === null ? [] : (ownKinds[actor.organizationKind] ?? []);
    if (own.includes(kind) || (isStaff(actor) && kind !== 'expert'))
      return { ...actor, organizationId: actor.organizationId };
  }
  throw forbidden({
    zh: '企业可导入本单位需求，高校院所可导入本单位成果和专家，市场工作人员可导入所属市场内的需求、成果和机构。',
    en: 'Enterprises import their demands, universities their results and experts, staff of a market those of their territory and its organizations.',
  });
}

export function isStaff(actor: UserActor): boolean {
  return actor.role === 'broker' || actor.role === 'director';
}

/** Lists are taken away by name, for that is written down; what is in them is for each list to say. */
export function mayExport(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw forbidden({ zh: '请登录后导出。', en: 'Sign in to export a list.' });
}

/** A file that was read is its reader's alone: it holds contacts and amounts. */
export function maySeeImport(actor: Actor, row: { requestedByUserId: string }): void {
  if (actor.kind === 'user' && actor.userId === row.requestedByUserId) return;
  throw notFound();
}
