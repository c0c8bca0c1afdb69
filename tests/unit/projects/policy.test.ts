import { describe, expect, test } from 'vitest';
import type { Actor, UserActor } from '../../../src/core/actor.ts';
import { AppError } from '../../../src/core/errors.ts';
import {
  audienceOf,
  type IntroductionFacts,
  mayCreateProject,
  mayDirect,
  mayForm,
  mayPay,
  maySubmitMilestone,
  scopeOf,
} from '../../../src/projects/policy.ts';

const person: UserActor = {
  kind: 'user',
  userId: 'nobody',
  administrator: false,
  emailVerified: true,
  locale: 'zh-CN',
  organizationId: null,
  organizationKind: null,
  organizationStatus: 'verified',
  role: null,
  marketIds: [],
  scopes: null,
};
const enterprise: UserActor = {
  ...person,
  userId: 'eve',
  organizationId: 'e',
  organizationKind: 'enterprise',
  role: 'member',
};
const maker: UserActor = {
  ...person,
  userId: 'una',
  organizationId: 'u',
  organizationKind: 'university',
  role: 'member',
};
const colleague: UserActor = { ...maker, userId: 'ulf' };
const transferOffice: UserActor = { ...maker, userId: 'uta', role: 'admin' };
const funder: UserActor = {
  ...person,
  userId: 'fay',
  organizationId: 'f',
  organizationKind: 'enterprise',
  role: 'admin',
};
const broker: UserActor = {
  ...person,
  userId: 'bob',
  organizationId: 'm',
  organizationKind: 'market',
  role: 'broker',
  marketIds: ['m'],
};
const resultBroker: UserActor = { ...broker, userId: 'ben', organizationId: 'n', marketIds: ['n'] };
const administrator: UserActor = { ...person, administrator: true };
const anonymous: Actor = { kind: 'anonymous' };

const project = {
  marketId: 'm',
  parties: [
    { organizationId: 'e', role: 'lead', responsibleUserId: 'eve' },
    { organizationId: 'u', role: 'partner', responsibleUserId: 'una' },
    { organizationId: 'f', role: 'funder', responsibleUserId: null },
  ],
} as const;

function answer(act: () => void): string {
  try {
    act();
    return 'yes';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('a project', () => {
  test('is known to its parties and to the staff of its market, as what each is', () => {
    expect(audienceOf(broker, project)).toBe('broker');
    expect(audienceOf(enterprise, project)).toBe('lead');
    expect(audienceOf(maker, project)).toBe('partner');
    expect(audienceOf(transferOffice, project)).toBe('partner');
    expect(audienceOf(funder, project)).toBe('funder');
  });

  test.each([
    ['another member of the university', colleague],
    ['the broker of another market', resultBroker],
    ['the administrator', administrator],
    ['a person without an organization', person],
    ['an anonymous caller', anonymous],
  ])('does not exist for %s', (_who, actor) => {
    expect(answer(() => audienceOf(actor, project))).toBe('NOT_FOUND');
    for (const policy of [mayForm, mayDirect, maySubmitMilestone, mayPay]) {
      expect(answer(() => policy(actor, project))).toBe('NOT_FOUND');
    }
  });

  test.each([
    ['broker', broker, ['yes', 'yes', 'FORBIDDEN', 'FORBIDDEN']],
    ['lead', enterprise, ['yes', 'yes', 'FORBIDDEN', 'yes']],
    ['partner', maker, ['yes', 'FORBIDDEN', 'yes', 'FORBIDDEN']],
    ['funder', funder, ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']],
  ] as const)('lets its %s form, direct, submit and pay as the table says', (_role, actor, answers) => {
    const policies = [mayForm, mayDirect, maySubmitMilestone, mayPay];
    expect(policies.map((policy) => answer(() => policy(actor, project)))).toEqual(answers);
  });

  test('is read and not changed by a suspended party', () => {
    const suspended = { ...enterprise, organizationStatus: 'suspended' as const };
    expect(audienceOf(suspended, project)).toBe('lead');
    expect(answer(() => mayForm(suspended, project))).toBe('FORBIDDEN');
    expect(answer(() => mayPay(suspended, project))).toBe('FORBIDDEN');
  });
});

describe('the project of an introduction', () => {
  const introduction: IntroductionFacts = {
    marketId: 'm',
    resultMarketId: 'n',
    openedAt: new Date(0),
    requestedBySide: null,
    demand: { organizationId: 'e', responsibleUserId: 'eve' },
    result: { organizationId: 'u', responsibleUserId: 'una' },
  };

  test.each([
    ["the demand's broker", broker, 'yes'],
    ['a member of the enterprise', enterprise, 'yes'],
    ['the researcher who made the result', maker, 'yes'],
    ['the transfer office', transferOffice, 'yes'],
    ["the result's broker, who sees and does not lead", resultBroker, 'FORBIDDEN'],
    ['another researcher', colleague, 'NOT_FOUND'],
    ['a third organization', funder, 'NOT_FOUND'],
    ['the administrator', administrator, 'NOT_FOUND'],
  ])('by %s: %s', (_who, actor, expected) => {
    expect(answer(() => mayCreateProject(actor, introduction))).toBe(expected);
  });

  test('cannot be asked for by a side that has not been asked itself', () => {
    const request = { ...introduction, openedAt: null, requestedBySide: 'demand' } as const;
    expect(answer(() => mayCreateProject(enterprise, request))).toBe('yes');
    expect(answer(() => mayCreateProject(maker, request))).toBe('NOT_FOUND');
    expect(answer(() => mayCreateProject(resultBroker, request))).toBe('NOT_FOUND');
  });
});

test('a researcher lists only projects of their own, an officer none by office', () => {
  expect(scopeOf(maker)).toEqual({ marketIds: [], organizationId: 'u', responsibleUserId: 'una' });
  expect(scopeOf(transferOffice).responsibleUserId).toBeNull();
  expect(scopeOf(broker).marketIds).toEqual(['m']);
  const officer: UserActor = { ...person, organizationId: 'g', organizationKind: 'government', role: 'officer' };
  expect(scopeOf(officer)).toEqual({ marketIds: [], organizationId: 'g', responsibleUserId: null });
  expect(scopeOf(anonymous).organizationId).toBeNull();
});
