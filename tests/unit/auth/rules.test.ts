import { describe, expect, it } from 'vitest';
import {
  actorOf,
  type Identity,
  normalEmail,
  pseudonymOf,
  requireRoleOf,
  secondsUntilSignIn,
} from '../../../src/auth/rules.ts';

const now = new Date('2026-11-22T08:00:00Z');

function failuresEverySeconds(count: number, seconds: number): Date[] {
  return Array.from({ length: count }, (_, n) => new Date(now.getTime() - n * seconds * 1000));
}

describe('wrong passwords', () => {
  it('may be nine without a wait', () => {
    expect(secondsUntilSignIn(failuresEverySeconds(9, 1), now)).toBeNull();
  });

  it('close the account after ten, until the tenth last is fifteen minutes old', () => {
    expect(secondsUntilSignIn(failuresEverySeconds(10, 60), now)).toBe(6 * 60);
  });

  it('count in any order', () => {
    expect(secondsUntilSignIn(failuresEverySeconds(12, 60).reverse(), now)).toBe(6 * 60);
  });

  it('are forgotten after fifteen minutes', () => {
    expect(secondsUntilSignIn(failuresEverySeconds(10, 100), now)).toBeNull();
  });
});

describe('roles', () => {
  it.each([
    ['enterprise', ['admin', 'member']],
    ['university', ['admin', 'member']],
    ['market', ['broker', 'director']],
    ['government', ['officer']],
    ['peer', ['member']],
  ] as const)('of a %s are %j and no others', (kind, allowed) => {
    for (const role of ['admin', 'member', 'broker', 'director', 'officer'] as const) {
      const judge = () => requireRoleOf(kind, role);
      if ((allowed as readonly string[]).includes(role)) expect(judge).not.toThrow();
      else
        expect(judge).toThrow(
          expect.objectContaining({
            code: 'INVALID_INPUT',
            details: { faults: [expect.objectContaining({ pointer: '/role' })] },
          }),
        );
    }
  });
});

describe('a person as an actor', () => {
  const identity: Identity = {
    userId: 'u1',
    administrator: false,
    emailVerifiedAt: null,
    locale: 'en',
    role: 'admin',
    organizationId: 'o1',
    organizationKind: 'enterprise',
    organizationStatus: 'verified',
  };

  it('carries the standing of its organization', () => {
    expect(actorOf(identity, [], null).organizationStatus).toBe('verified');
    expect(actorOf({ ...identity, organizationStatus: 'suspended' }, [], null).organizationStatus).toBe('suspended');
    expect(actorOf({ ...identity, organizationStatus: null }, [], null).organizationStatus).toBeNull();
  });

  it('has the scopes of the API key, or none to heed in a session', () => {
    expect(actorOf(identity, [], ['read']).scopes).toEqual(['read']);
    expect(actorOf(identity, [], null).scopes).toBeNull();
  });
});

it('an address is the same in capitals and between blanks', () => {
  expect(normalEmail(' Liu.Yang@Winery.EXAMPLE ')).toBe('liu.yang@winery.example');
});

it('a pseudonym names nobody and is no mailbox', () => {
  expect(pseudonymOf('0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d')).toEqual({
    name: '已注销用户 1a2b4c5d',
    email: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d@erased.invalid',
  });
});
