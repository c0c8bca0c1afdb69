import { type Actor, belongsTo, brokersFor, type OrganizationKind, type UserActor } from '../core/actor.ts';
import { AppError, forbidden, notFound } from '../core/errors.ts';

/** What the rules about members need to know of an organization. */
export interface Employer {
  id: string;
  kind: OrganizationKind;
  homeMarketId: string | null;
}

/**
 * One's own account is the business of the person who is signed in.
 * @throws AppError UNAUTHENTICATED for anyone else
 */
export function signedIn(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new AppError('UNAUTHENTICATED', { zh: '请先登录。', en: 'Sign in first.' });
}

/** The market that answers for an organization; a market answers for itself. */
export function marketOf(organization: Employer): string {
  return organization.kind === 'market' ? organization.id : (organization.homeMarketId ?? organization.id);
}

/** The names of an organization's people are seen by its admins, by the directors of its market, and by the administrator. */
export function mayListMembers(actor: Actor, organization: Employer): void {
  const person = whoSeesMembers(actor, organization);
  if (person.administrator || directs(person, organization) || administers(person, organization)) return;
  throw forbidden({
    zh: '只有本机构管理员、所属市场主任和平台管理员可以查看成员名单。',
    en: 'Members are listed for the admins of the organization, the directors of its market and the administrator.',
  });
}

/**
 * An enterprise or a university manages its own people. People of a market or a bureau are appointed by the
 * administrator or by a director of that market or one above.
 */
export function mayManageMembers(actor: Actor, organization: Employer): void {
  const person = whoSeesMembers(actor, organization);
  switch (organization.kind) {
    case 'enterprise':
    case 'university':
      if (administers(person, organization)) return;
      throw forbidden({
        zh: '只有本机构管理员可以管理成员。',
        en: 'Only admins of the organization manage its members.',
      });
    case 'market':
    case 'government':
      if (person.administrator || directs(person, organization)) return;
      throw forbidden({
        zh: '只有平台管理员和该市场（或上级市场）的主任可以管理成员。',
        en: 'Only the administrator and directors of this market or one above manage these members.',
      });
    case 'peer':
      if (person.administrator) return;
      throw forbidden({ zh: '只有平台管理员可以管理成员。', en: 'Only the administrator manages these members.' });
  }
}

/** For everybody else the list of members does not exist. */
function whoSeesMembers(actor: Actor, organization: Employer): UserActor {
  if (actor.kind !== 'user') throw notFound();
  if (actor.administrator || belongsTo(actor, organization.id) || brokersFor(actor, marketOf(organization)))
    return actor;
  throw notFound();
}

function directs(person: UserActor, organization: Employer): boolean {
  return person.role === 'director' && brokersFor(person, marketOf(organization));
}

function administers(person: UserActor, organization: Employer): boolean {
  return person.role === 'admin' && belongsTo(person, organization.id);
}
