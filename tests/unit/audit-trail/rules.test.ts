import { expect, it } from 'vitest';
import { canonicalJson, genesis, type SealedEntry, sealAfter } from '../../../src/audit-trail/rules.ts';

const entry: SealedEntry = {
  id: '0192f0c4-cc00-7f66-a007-93a4b5c6d7e8',
  at: '2026-11-22T02:00:00.000000Z',
  actor: 'user:u',
  actorOrganizationId: null,
  requestId: 'r',
  action: 'demand.publish',
  subjectType: 'demand',
  subjectId: 's',
  marketId: null,
  fromStatus: 'submitted',
  toStatus: 'published',
  details: { b: { x: true }, a: ['需求', 1.5, null] },
};

it('canonical JSON sorts keys at every depth and has no blanks', () => {
  expect(canonicalJson({ b: 1, a: { d: [{ z: 'é', y: null }], c: '"\n' } })).toBe(
    '{"a":{"c":"\\"\\n","d":[{"y":null,"z":"é"}]},"b":1}',
  );
});

it('a seal is what sha256sum says of the hash before and the canonical entry', () => {
  // Computed outside: python3 hashlib over 32 zero bytes and the JSON in UTF-8.
  expect(sealAfter(genesis.hash, entry)).toBe('5d3fd0418f3d2553e8e37d5184f04e59da6922930f4674f432c6f65242011b86');
});
