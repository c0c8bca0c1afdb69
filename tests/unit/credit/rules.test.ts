import { describe, expect, it, test } from 'vitest';
import type { UserActor } from '../../../src/core/actor.ts';
import { AppError } from '../../../src/core/errors.ts';
import { nextState } from '../../../src/core/transitions.ts';
import {
  audienceOf,
  mayAppeal,
  mayDecide,
  mayImpose,
  mayLift,
  type Reader,
  scopeOf,
} from '../../../src/credit/policy.ts';
import {
  appealTransitions,
  lastDayOf,
  refusalOf,
  requireInForce,
  restrictionTransitions,
  statusAt,
  termFaults,
  termOf,
} from '../../../src/credit/rules.ts';

const dairy = { id: 'dairy', regionCode: '640302', homeMarketId: 'wuzhong', status: 'verified' };

function reader(over: Partial<UserActor>, bureauRegionCode: string | null = null): Reader {
  const actor: UserActor = {
    kind: 'user',
    userId: 'somebody',
    administrator: false,
    emailVerified: true,
    locale: 'zh-CN',
    organizationId: 'elsewhere',
    organizationKind: 'enterprise',
    organizationStatus: 'verified',
    role: 'member',
    marketIds: [],
    scopes: null,
    ...over,
  };
  return { actor, bureauRegionCode };
}

const officer = (regionCode: string, userId = 'officer') =>
  reader({ userId, organizationId: 'bureau', organizationKind: 'government', role: 'officer' }, regionCode);
const readers = {
  'its admin': reader({ organizationId: 'dairy', role: 'admin' }),
  'its admin while it is suspended': reader({
    organizationId: 'dairy',
    role: 'admin',
    organizationStatus: 'suspended',
  }),
  'its member': reader({ organizationId: 'dairy' }),
  'an officer of its county': officer('640302'),
  'an officer of its city': officer('640300'),
  'an officer of its province': officer('640000'),
  'who imposed it': officer('640300', 'imposer'),
  'an officer of the next county': officer('640303'),
  'an officer of another province': officer('610000'),
  'the administrator': reader({ administrator: true, organizationId: null, role: null }),
  'a broker of its market': reader({ organizationKind: 'market', role: 'broker', marketIds: ['wuzhong'] }),
  'a broker of another market': reader({ organizationKind: 'market', role: 'broker', marketIds: ['changsha'] }),
  'an admin elsewhere': reader({ role: 'admin' }),
  nobody: { actor: { kind: 'anonymous' }, bureauRegionCode: null },
} satisfies Record<string, Reader>;

const acts = {
  see: (who: Reader) => audienceOf(who, dairy),
  impose: (who: Reader) => mayImpose(who, dairy),
  lift: (who: Reader) => mayLift(who, dairy),
  appeal: (who: Reader) => mayAppeal(who, dairy),
  decide: (who: Reader) => mayDecide(who, dairy, 'imposer'),
};

/** see, impose, lift, appeal, decide: Y, or F for FORBIDDEN and N for NOT_FOUND. */
const written: Record<keyof typeof readers, string> = {
  'its admin': 'YFFYF',
  'its admin while it is suspended': 'YFFYF',
  'its member': 'YFFFF',
  'an officer of its county': 'YYYFY',
  'an officer of its city': 'YYYFY',
  'an officer of its province': 'YYYFY',
  'who imposed it': 'YYYFF',
  'an officer of the next county': 'NFNNN',
  'an officer of another province': 'NFNNN',
  'the administrator': 'YYYFY',
  'a broker of its market': 'YFFFF',
  'a broker of another market': 'NFNNN',
  'an admin elsewhere': 'NFNNN',
  nobody: 'NFNNN',
};

test.each(Object.entries(written))('%s may do what is written', (name, expected) => {
  const who = readers[name as keyof typeof readers];
  const got = Object.values(acts).map((act) => {
    try {
      act(who);
      return 'Y';
    } catch (error) {
      return error instanceof AppError ? error.code[0] : 'X';
    }
  });
  expect(got.join('')).toBe(expected);
});

it('an officer of another region learns nothing of an organization that is not public', () => {
  expect(() => mayImpose(officer('610000'), { ...dairy, status: 'pending' })).toThrow('no such record');
  expect(scopeOf(officer('640300'))).toMatchObject({ all: false, regionPrefix: '6403', marketIds: [] });
  expect(scopeOf(readers.nobody)).toEqual({ all: false, marketIds: [], organizationId: null, regionPrefix: null });
});

describe('a term', () => {
  const term = termOf('2026-11-22', '2027-02-28');
  const row = { status: 'in_force' as const, ...term };

  it('is from the first midnight in China to the one after the last day', () => {
    expect(term.startsAt.toISOString()).toBe('2026-11-21T16:00:00.000Z');
    expect(term.endsAt.toISOString()).toBe('2027-02-28T16:00:00.000Z');
    expect(lastDayOf(term.endsAt)).toBe('2027-02-28');
  });

  it('ends at its moment, not a millisecond earlier, whatever the row says', () => {
    const before = new Date(term.endsAt.getTime() - 1);
    expect([statusAt(row, before), statusAt(row, term.endsAt)]).toEqual(['in_force', 'expired']);
    expect(statusAt({ ...row, status: 'lifted' }, term.endsAt)).toBe('lifted');
    expect(() => requireInForce(row, before)).not.toThrow();
    expect(() => requireInForce(row, term.endsAt)).toThrow('"expired"');
  });

  it('has begun and is not over when it is entered', () => {
    const now = new Date('2026-11-22T15:59:00Z');
    const codes = (fromOn: string, untilOn: string) => termFaults({ fromOn, untilOn }, now).map((fault) => fault.code);
    expect(codes('2026-11-22', '2026-11-22')).toEqual([]);
    expect(codes('2026-11-23', '2026-11-23')).toEqual(['future']);
    expect(codes('2020-01-01', '2026-11-21')).toEqual(['past']);
  });
});

test('every state and step is as the tables say', () => {
  const leads = (table: Parameters<typeof nextState>[0], step: string, state: string) => {
    try {
      return nextState(table, step, state);
    } catch {
      return null;
    }
  };
  const statuses = ['in_force', 'lifted', 'expired'];
  const of = (step: string) => statuses.map((state) => leads(restrictionTransitions, step, state));
  expect([of('lift'), of('overturn'), of('expire')]).toEqual([
    ['lifted', null, null],
    ['lifted', null, null],
    ['expired', null, null],
  ]);
  const appeals = ['none', 'appealed', 'upheld', 'overturned'];
  const ofAppeal = (step: string) => appeals.map((state) => leads(appealTransitions, step, state));
  expect([ofAppeal('appeal'), ofAppeal('uphold'), ofAppeal('overturn')]).toEqual([
    ['appealed', null, null, null],
    [null, 'upheld', null, null],
    [null, 'overturned', null, null],
  ]);
});

test('a refusal names the restriction to those who may read it, and to a stranger says nothing of it', () => {
  const restriction = { id: 'r1', endsAt: termOf('2026-11-22', '2027-02-28').endsAt };
  for (const audience of ['own', 'reader'] as const) {
    const { state, text } = refusalOf(audience, restriction);
    expect([state, text.zh.includes('2027-02-28'), text.en.includes('2027-02-28')]).toEqual([
      'credit_restricted',
      true,
      true,
    ]);
  }
  expect(JSON.stringify(refusalOf('stranger', restriction))).not.toMatch(/限制|信用|诚信|restrict|credit|r1|2027/);
});
