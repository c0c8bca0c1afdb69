import type { MemberRole, OrganizationKind, UserActor } from '../core/actor.ts';
import { invalidInput } from '../core/errors.ts';
import type { Locale } from '../core/text.ts';

const hourMs = 3_600_000;

export const sessionLifetimeMs = 7 * 24 * hourMs;

export type MailPurpose = 'verify_email' | 'reset_password';

/** How long the secret in a mail is good for. */
export const mailTokenLifetimeMs: Record<MailPurpose, number> = { verify_email: 72 * hourMs, reset_password: hourMs };

/** Mails of one purpose to one person: so many in an hour, then no more. */
export const maxMailsPerHour = 5;
export const mailWindowMs = hourMs;

export const maxApiKeys = 20;

const maxSignInFailures = 10;
export const signInWindowMs = 15 * 60_000;

/** Expired sessions are kept so long for the export of personal data, then removed. */
export const sessionRetentionMs = 30 * 24 * hourMs;

/**
 * Seconds until an account may be tried again; null when it may be tried now.
 * `failures` are the times of wrong passwords within the window, in any order.
 */
export function secondsUntilSignIn(failures: readonly Date[], now: Date): number | null {
  const newestFirst = failures.map((at) => at.getTime()).sort((a, b) => b - a);
  const deciding = newestFirst[maxSignInFailures - 1];
  if (deciding === undefined) return null;
  const waitMs = deciding + signInWindowMs - now.getTime();
  return waitMs > 0 ? Math.ceil(waitMs / 1000) : null;
}

const rolesByKind: Record<OrganizationKind, readonly MemberRole[]> = {
  enterprise: ['admin', 'member'],
  university: ['admin', 'member'],
  market: ['broker', 'director'],
  government: ['officer'],
  peer: ['member'],
};

/** @throws AppError INVALID_INPUT when an organization of this kind has no such role */
export function requireRoleOf(kind: OrganizationKind, role: MemberRole): void {
  const roles = rolesByKind[kind];
  if (roles.includes(role)) return;
  throw invalidInput({
    pointer: '/role',
    code: 'role',
    message: {
      zh: `这类机构的成员角色应为：${roles.join('、')}`,
      en: `members of this kind of organization are: ${roles.join(', ')}`,
    },
  });
}

/** E-mail addresses are compared and kept in lower case. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** What stays of a person after erasure. `.invalid` can never be a mailbox (RFC 2606). */
export function pseudonymOf(userId: string): { name: string; email: string } {
  return { name: `已注销用户 ${userId.slice(-8)}`, email: `${userId}@erased.invalid` };
}

/** A person as the rows know them: user, membership and organization joined. */
export interface Identity {
  userId: string;
  administrator: boolean;
  emailVerifiedAt: Date | null;
  locale: Locale;
  role: MemberRole | null;
  organizationId: string | null;
  organizationKind: OrganizationKind | null;
  organizationStatus: 'pending' | 'verified' | 'suspended' | null;
}

export function actorOf(identity: Identity, marketIds: readonly string[], scopes: readonly string[] | null): UserActor {
  return {
    kind: 'user',
    userId: identity.userId,
    administrator: identity.administrator,
    emailVerified: identity.emailVerifiedAt !== null,
    locale: identity.locale,
    organizationId: identity.organizationId,
    organizationKind: identity.organizationKind,
    organizationStatus: identity.organizationStatus,
    role: identity.role,
    marketIds,
    scopes,
  };
}
