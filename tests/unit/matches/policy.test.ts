import { describe, expect, it } from 'vitest';
import type { UserActor } from '../../../src/core/actor.ts';
import {
  mayActFor,
  mayLead,
  type Pair,
  seesDemandParty,
  standingIn,
  standingInIntroduction,
} from '../../../src/matches/policy.ts';

const shared = { status: 'published' as const, validUntil: null };
const pair: Pair = {
  demand: { ...shared, organizationId: 'dairy', homeMarketId: 'wuzhong', createdByUserId: 'ma', anonymous: true },
  result: { ...shared, organizationId: 'college', homeMarketId: 'changsha', createdByUserId: 'li' },
};

function person(over: Partial<UserActor>): UserActor {
  return {
    kind: 'user',
    userId: 'somebody',
    administrator: false,
    emailVerified: true,
    locale: 'zh-CN',
    organizationId: null,
    organizationKind: null,
    organizationStatus: 'verified',
    role: 'member',
    marketIds: [],
    scopes: null,
    ...over,
  };
}

const ma = person({ userId: 'ma', organizationId: 'dairy', organizationKind: 'enterprise' });
const li = person({ userId: 'li', organizationId: 'college', organizationKind: 'university' });
const colleagueOfLi = person({ userId: 'zhou', organizationId: 'college', organizationKind: 'university' });
const transferOffice = person({ organizationId: 'college', organizationKind: 'university', role: 'admin' });
const leader = person({
  organizationId: 'wuzhong',
  organizationKind: 'market',
  role: 'broker',
  marketIds: ['wuzhong'],
});
const other = person({
  organizationId: 'changsha',
  organizationKind: 'market',
  role: 'broker',
  marketIds: ['changsha'],
});

describe('who has a part in a match', () => {
  it('is the owners of both records and the brokers of both markets', () => {
    expect(standingIn(ma, pair).ownsDemand).toBe(true);
    expect(standingIn(li, pair).ownsResult).toBe(true);
    expect(standingIn(transferOffice, pair).ownsResult).toBe(true);
    expect(standingIn(leader, pair).leads).toBe(true);
    expect(standingIn(other, pair).brokersResult).toBe(true);
  });

  it('is not a colleague at the university, nor anybody else: for them it does not exist', () => {
    const stranger = person({ organizationId: 'elsewhere', organizationKind: 'enterprise' });
    for (const actor of [colleagueOfLi, stranger, person({ administrator: true })]) {
      expect(() => standingIn(actor, pair)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    }
  });

  it("lets the demand's market lead and nobody else", () => {
    expect(() => mayLead(leader, pair)).not.toThrow();
    for (const actor of [other, ma, li]) {
      expect(() => mayLead(actor, pair)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    }
  });
});

describe('who answers', () => {
  it('is each party for itself', () => {
    expect(mayActFor(ma, pair)).toBe('demand');
    expect(mayActFor(transferOffice, pair)).toBe('result');
  });

  it('is never a broker for the university', () => {
    for (const actor of [leader, other]) {
      expect(() => mayActFor(actor, pair)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    }
  });

  it('is not an organization that is suspended', () => {
    const suspended = { ...ma, organizationStatus: 'suspended' as const };
    expect(() => mayActFor(suspended, pair)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

describe('a request to be introduced', () => {
  const request = { openedAt: null, requestedBySide: 'result' as const };

  it('is between the party that asked and the broker who leads', () => {
    expect(standingInIntroduction(li, pair, request).ownsResult).toBe(true);
    expect(standingInIntroduction(leader, pair, request).leads).toBe(true);
    for (const actor of [ma, other]) {
      expect(() => standingInIntroduction(actor, pair, request)).toThrow(
        expect.objectContaining({ code: 'NOT_FOUND' }),
      );
    }
  });

  it('is everybody’s concern once it is open', () => {
    const opened = { ...request, openedAt: new Date() };
    for (const actor of [ma, li, leader, other]) {
      expect(() => standingInIntroduction(actor, pair, opened)).not.toThrow();
    }
  });
});

describe('the name behind an anonymous demand', () => {
  it('is for itself, its brokers, and the university once both have accepted', () => {
    const nobody = { leads: false, brokersResult: false, ownsDemand: false, ownsResult: false };
    expect(seesDemandParty({ ...nobody, ownsDemand: true }, true, false)).toBe(true);
    expect(seesDemandParty({ ...nobody, leads: true }, true, false)).toBe(true);
    expect(seesDemandParty({ ...nobody, ownsResult: true }, true, false)).toBe(false);
    expect(seesDemandParty({ ...nobody, ownsResult: true }, true, true)).toBe(true);
    expect(seesDemandParty({ ...nobody, brokersResult: true }, true, true)).toBe(false);
    expect(seesDemandParty({ ...nobody, brokersResult: true }, false, false)).toBe(true);
  });
});
