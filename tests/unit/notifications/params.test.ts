import { expect, test } from 'vitest';
import type { Recipient } from '../../../src/notifications/circles.ts';
import { paramsFor, partiesOf, type Tellable } from '../../../src/notifications/rules.ts';

const enterprise: Recipient = { userId: 'eve', organizationId: 'e', as: 'party' };
const university: Recipient = { userId: 'una', organizationId: 'u', as: 'party' };
const demandBroker: Recipient = { userId: 'pia', organizationId: 'province', as: 'broker' };
const resultBroker: Recipient = { userId: 'ben', organizationId: 'n', as: 'broker' };

const staffed = new Map([
  ['m', 'province'],
  ['n', 'n'],
]);

function subject(demandIsPublic: boolean): Tellable {
  return {
    facts: {
      demand: { organizationId: 'e', responsibleUserId: 'eve', marketId: 'm' },
      result: { organizationId: 'u', responsibleUserId: 'una', marketId: 'n' },
    },
    told: {
      demand: { title: '枸杞鲜奶', code: 'D1', isPublic: demandIsPublic },
      result: { title: '玉米黄素', code: 'R1', isPublic: true },
      params: { score: '86' },
    },
  };
}

const both = { score: '86', demandTitle: '枸杞鲜奶', demandCode: 'D1', resultTitle: '玉米黄素', resultCode: 'R1' };
const resultOnly = { score: '86', resultTitle: '玉米黄素', resultCode: 'R1' };

test('titles of public records are told to every reader', () => {
  for (const reader of [enterprise, university, demandBroker, resultBroker]) {
    expect(paramsFor(reader, subject(true), staffed)).toEqual(both);
  }
});

test('the title of a record that is not public is told to its owner and its broker only', () => {
  expect(paramsFor(enterprise, subject(false), staffed)).toEqual(both);
  expect(paramsFor(demandBroker, subject(false), staffed)).toEqual(both);
  expect(paramsFor(university, subject(false), staffed)).toEqual(resultOnly);
  expect(paramsFor(resultBroker, subject(false), staffed)).toEqual(resultOnly);
});

test('an organization with several readers has one quota, a market none', () => {
  const colleague: Recipient = { ...enterprise, userId: 'ena' };
  expect(partiesOf([enterprise, demandBroker, colleague, university])).toEqual(['e', 'u']);
});
