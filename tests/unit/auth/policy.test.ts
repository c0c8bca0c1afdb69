import { describe, expect, it } from 'vitest';
import { type Employer, mayListMembers, mayManageMembers, signedIn } from '../../../src/auth/policy.ts';
import { type Actor, anonymous, type UserActor } from '../../../src/core/actor.ts';

function person(facts: Partial<UserActor>): UserActor {
  return {
    kind: 'user',
    userId: 'u',
    administrator: false,
    emailVerified: true,
    locale: 'zh-CN',
    organizationId: null,
    organizationKind: null,
    organizationStatus: 'verified',
    role: null,
    marketIds: [],
    scopes: null,
    ...facts,
  };
}

const employers: Record<'enterprise' | 'market' | 'government' | 'peer', Employer> = {
  enterprise: { id: 'enterprise', kind: 'enterprise', homeMarketId: 'city' },
  market: { id: 'city', kind: 'market', homeMarketId: null },
  government: { id: 'bureau', kind: 'government', homeMarketId: 'city' },
  peer: { id: 'peer', kind: 'peer', homeMarketId: 'city' },
};

const people: Record<string, Actor> = {
  nobody: anonymous,
  administrator: person({ administrator: true }),
  ownAdmin: person({ organizationId: 'enterprise', organizationKind: 'enterprise', role: 'admin' }),
  ownMember: person({ organizationId: 'enterprise', organizationKind: 'enterprise', role: 'member' }),
  otherAdmin: person({ organizationId: 'other', organizationKind: 'university', role: 'admin' }),
  cityBroker: person({ organizationId: 'city', organizationKind: 'market', role: 'broker', marketIds: ['city'] }),
  cityDirector: person({ organizationId: 'city', organizationKind: 'market', role: 'director', marketIds: ['city'] }),
  rootDirector: person({
    organizationId: 'root',
    organizationKind: 'market',
    role: 'director',
    marketIds: ['root', 'city'],
  }),
  siblingDirector: person({
    organizationId: 'town',
    organizationKind: 'market',
    role: 'director',
    marketIds: ['town'],
  }),
  officer: person({ organizationId: 'bureau', organizationKind: 'government', role: 'officer' }),
};

type Answer = 'ok' | 'FORBIDDEN' | 'NOT_FOUND';

function answerOf(judge: () => void): Answer {
  try {
    judge();
    return 'ok';
  } catch (error) {
    return (error as { code: Answer }).code;
  }
}

const hidden = 'NOT_FOUND';
const refused = 'FORBIDDEN';

describe('who manages the members of', () => {
  const manage: Record<keyof typeof employers, Record<string, Answer>> = {
    enterprise: {
      ownAdmin: 'ok',
      ownMember: refused,
      administrator: refused,
      cityBroker: refused,
      cityDirector: refused,
      rootDirector: refused,
    },
    market: { administrator: 'ok', cityDirector: 'ok', rootDirector: 'ok', cityBroker: refused },
    government: { administrator: 'ok', cityDirector: 'ok', rootDirector: 'ok', cityBroker: refused, officer: refused },
    peer: { administrator: 'ok', cityDirector: refused, rootDirector: refused, cityBroker: refused },
  };
  for (const [kind, employer] of Object.entries(employers)) {
    it(`a ${kind}: everybody else finds nothing`, () => {
      for (const [name, actor] of Object.entries(people)) {
        const expected = manage[kind as keyof typeof employers][name] ?? hidden;
        expect([name, answerOf(() => mayManageMembers(actor, employer))]).toEqual([name, expected]);
      }
    });
  }
});

describe('who lists the members of', () => {
  const list: Record<keyof typeof employers, Record<string, Answer>> = {
    enterprise: {
      ownAdmin: 'ok',
      ownMember: refused,
      administrator: 'ok',
      cityBroker: refused,
      cityDirector: 'ok',
      rootDirector: 'ok',
    },
    market: { administrator: 'ok', cityDirector: 'ok', rootDirector: 'ok', cityBroker: refused },
    government: { administrator: 'ok', cityDirector: 'ok', rootDirector: 'ok', cityBroker: refused, officer: refused },
    peer: { administrator: 'ok', cityDirector: 'ok', rootDirector: 'ok', cityBroker: refused },
  };
  for (const [kind, employer] of Object.entries(employers)) {
    it(`a ${kind}: everybody else finds nothing`, () => {
      for (const [name, actor] of Object.entries(people)) {
        const expected = list[kind as keyof typeof employers][name] ?? hidden;
        expect([name, answerOf(() => mayListMembers(actor, employer))]).toEqual([name, expected]);
      }
    });
  }
});

it("one's own account needs somebody to be signed in", () => {
  expect(answerOf(() => signedIn(anonymous))).toBe('UNAUTHENTICATED');
  expect(answerOf(() => signedIn({ kind: 'system', name: 'relay' }))).toBe('UNAUTHENTICATED');
  expect(signedIn(person({ userId: 'u7' })).userId).toBe('u7');
});
