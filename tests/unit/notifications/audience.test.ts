import { describe, expect, test } from 'vitest';
import { subscriptions } from '../../../src/core/messages.ts';
import { circlesOf, type Facts, isNoticeType, type NoticeType } from '../../../src/notifications/audience.ts';
import { hasStaff, type Person, recipientsOf } from '../../../src/notifications/circles.ts';

const members: Person[] = [
  { userId: 'eve', organizationId: 'e', role: 'member' },
  { userId: 'ena', organizationId: 'e', role: 'admin' },
  { userId: 'ed', organizationId: 'e', role: 'member' },
  { userId: 'una', organizationId: 'u', role: 'member' },
  { userId: 'uta', organizationId: 'u', role: 'admin' },
  { userId: 'ulf', organizationId: 'u', role: 'member' },
  { userId: 'bob', organizationId: 'm', role: 'broker' },
  { userId: 'dora', organizationId: 'm', role: 'director' },
  { userId: 'ben', organizationId: 'n', role: 'broker' },
  { userId: 'pia', organizationId: 'province', role: 'director' },
  { userId: 'fay', organizationId: 'f', role: 'admin' },
  { userId: 'gil', organizationId: 'g', role: 'officer' },
];
const people = new Map(
  members.map(({ organizationId }) => [
    organizationId,
    members.filter((person) => person.organizationId === organizationId),
  ]),
);

const facts: Facts = {
  organization: { id: 'e', marketId: 'm' },
  demand: { organizationId: 'e', responsibleUserId: 'eve', marketId: 'm' },
  result: { organizationId: 'u', responsibleUserId: 'una', marketId: 'n' },
  unanswered: ['demand', 'result'],
  unasked: null,
  project: {
    marketId: 'm',
    parties: [
      { organizationId: 'e', responsibleUserId: 'eve' },
      { organizationId: 'u', responsibleUserId: 'una' },
      { organizationId: 'f', responsibleUserId: null },
    ],
  },
  expert: { userId: 'ulf', organizationId: 'u' },
  searcher: { userId: 'ed', organizationId: 'e' },
  importer: { userId: 'eve', organizationId: 'e' },
  campaign: { organizationId: 'g', marketId: 'm', laggingMarketIds: ['n'], draftOwnerIds: ['e'], entrantIds: ['u'] },
  webhook: { organizationId: 'e' },
  restriction: { organizationId: 'e', marketId: 'm', bureauId: 'g' },
  conversation: null,
  actorOrganizationId: null,
};

const staffed = new Map([
  ['m', 'm'],
  ['n', 'n'],
]);

function readers(type: NoticeType, about: Partial<Facts> = {}, staffedMarketOf = staffed): string[] {
  const circles = circlesOf(type, { ...facts, ...about });
  return recipientsOf(circles, people, staffedMarketOf)
    .map((recipient) => recipient.userId)
    .sort();
}

const demandSide = ['ena', 'eve'];
const resultSide = ['una', 'uta'];
const demandBrokers = ['bob', 'dora'];
const everybody = [...demandSide, ...resultSide, ...demandBrokers, 'ben'].sort();

describe('who hears of what', () => {
  test('every message with a notify delivery has an audience, and no other has', () => {
    for (const [type, handlers] of Object.entries(subscriptions)) {
      expect([type, isNoticeType(type)]).toEqual([type, (handlers as readonly string[]).includes('notify')]);
    }
  });

  test('a diagnosis: the demand side, its brokers and the expert, each of what the others did', () => {
    expect(readers('diagnosis.opened')).toEqual([...demandSide, 'ulf']);
    expect(readers('diagnosis.closed', { expert: null })).toEqual(demandSide);
    expect(readers('diagnosis.version_signed')).toEqual([...demandBrokers, 'ulf']);
    expect(readers('diagnosis.version_proposed', { result: null })).toEqual([...demandBrokers, ...demandSide].sort());
  });

  test('a suggestion: both owners and both brokers, each once, and no colleague', () => {
    expect(readers('match.suggested')).toEqual(everybody);
  });

  test('one market on both sides: its staff once', () => {
    const result = { organizationId: 'u', responsibleUserId: 'una', marketId: 'm' };
    expect(readers('match.suggested', { result })).toEqual([...demandSide, ...resultSide, ...demandBrokers].sort());
  });

  test('a submitted record: the staff of its home market; its fate: its owners', () => {
    expect(readers('demand.submitted', { result: null })).toEqual(demandBrokers);
    expect(readers('result.submitted', { demand: null })).toEqual(['ben']);
    for (const fate of ['returned', 'rejected', 'published', 'expiring', 'expired'] as const) {
      expect(readers(`demand.${fate}`, { result: null })).toEqual(demandSide);
      expect(readers(`result.${fate}`, { demand: null })).toEqual(resultSide);
    }
  });

  test('a new organization: the staff of its market; its own state: all its members', () => {
    expect(readers('organization.registered')).toEqual(demandBrokers);
    expect(readers('organization.verified')).toEqual(['ed', 'ena', 'eve']);
    expect(readers('organization.suspended')).toEqual(['ed', 'ena', 'eve']);
  });

  test('a request: the staff that leads, and nobody of the other side', () => {
    expect(readers('introduction.requested', { unasked: 'result' })).toEqual(demandBrokers);
  });

  test('an opened introduction: who has yet to answer, and the broker of the result', () => {
    expect(readers('introduction.opened')).toEqual([...demandSide, ...resultSide, 'ben'].sort());
    expect(readers('introduction.opened', { unanswered: ['result'] })).toEqual(['ben', ...resultSide]);
    expect(readers('introduction.reminded', { unanswered: ['demand'] })).toEqual(demandSide);
  });

  test('an answer: the other party and the broker who leads, never the party that gave it', () => {
    expect(readers('introduction.answered', { actorOrganizationId: 'u' })).toEqual(
      [...demandSide, ...demandBrokers].sort(),
    );
    expect(readers('introduction.answered', { actorOrganizationId: 'e' })).toEqual(
      [...demandBrokers, ...resultSide].sort(),
    );
  });

  test('the end of an introduction: everybody, the one who closed it too', () => {
    for (const end of ['accepted', 'declined', 'lapsed'] as const) {
      expect(readers(`introduction.${end}`, { actorOrganizationId: 'u' })).toEqual(everybody);
    }
  });

  test('a request that ends unopened: nobody of the side that was never asked', () => {
    expect(readers('introduction.declined', { unasked: 'result' })).toEqual([...demandBrokers, ...demandSide].sort());
    expect(readers('introduction.lapsed', { unasked: 'demand' })).toEqual([...demandBrokers, ...resultSide].sort());
  });

  test('an escalation: the director, and the brokers where there is none', () => {
    expect(readers('introduction.escalated')).toEqual(['dora']);
    const demand = { organizationId: 'e', responsibleUserId: 'eve', marketId: 'n' };
    expect(readers('introduction.escalated', { demand })).toEqual(['ben']);
  });

  test('a contract: submitted, the staff of its market; what becomes of it, its sides, too', () => {
    expect(readers('contract.submitted')).toEqual(demandBrokers);
    for (const type of ['contract.returned', 'contract.approved', 'contract.registered', 'contract.revoked'] as const)
      expect(readers(type)).toEqual(readers('project.created'));
  });

  test('a project and its milestones: every party and the staff of its market', () => {
    const all = [...demandSide, ...resultSide, 'fay', ...demandBrokers].sort();
    for (const type of ['project.created', 'project.terminated', 'milestone.submitted', 'milestone.rework'] as const) {
      expect(readers(type, { demand: null, result: null })).toEqual(all);
    }
  });

  test('news for a saved search: whoever saved it, and no colleague', () => {
    expect(readers('search.matched')).toEqual(['ed']);
    expect(readers('search.matched', { searcher: { userId: 'ed', organizationId: 'f' } })).toEqual([]);
  });

  test('a credit restriction: the admins of the organization, the staff of its market, the officers of the bureau', () => {
    for (const type of ['restriction.imposed', 'restriction.appealed', 'restriction.lifted'] as const)
      expect(readers(type)).toEqual(['bob', 'dora', 'ena', 'gil']);
    expect(readers('restriction.expired', { restriction: null })).toEqual([]);
  });

  test('an import that ended: who asked for it, while a member', () => {
    for (const type of ['import.finished', 'import.failed'] as const) {
      expect(readers(type)).toEqual(['eve']);
      expect(readers(type, { importer: { userId: 'eve', organizationId: 'f' } })).toEqual([]);
      expect(readers(type, { importer: null })).toEqual([]);
    }
  });

  test('a webhook that was turned off: who manages it, by kind of organization', () => {
    expect(readers('webhook.disabled')).toEqual(['ena']);
    expect(readers('webhook.disabled', { webhook: { organizationId: 'm' } })).toEqual(['dora']);
    expect(readers('webhook.disabled', { webhook: null })).toEqual([]);
  });

  test('a market without staff: the nearest above that has some', () => {
    const above = new Map([['m', 'province']]);
    expect(readers('demand.submitted', { result: null }, above)).toEqual(['pia']);
    expect(readers('introduction.escalated', {}, above)).toEqual(['pia']);
    expect(readers('demand.submitted', { result: null }, new Map())).toEqual([]);
  });

  test('staff is who brokers, not any member', () => {
    expect(hasStaff(people, 'm')).toBe(true);
    expect(hasStaff(people, 'e')).toBe(false);
  });
});
