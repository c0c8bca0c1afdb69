import { randomUUID } from 'node:crypto';
import type { Subjects } from '../access-subjects.ts';
import { anybody, at, ifMatch, type Row, reason } from './row.ts';

const government = { kind: 'government', name: '吴忠市科学技术局', regionCode: '640300' };
const certificate = { tier: 'high_tech', level: 'national', issuedOn: '2026-03-01' };

export const organizations: Record<string, Row> = {
  'GET /v1/organizations/{id}/members': {
    answers: '401 404 404 200 404 403 404 200 200',
    request: ({ world }) => ({ url: `/v1/organizations/${world.enterprise.organizationId}/members` }),
  },
  'POST /v1/organizations/{id}/members': {
    answers: '401 404 404 201 404 403 404 403 403',
    request: ({ world }) => ({ url: `/v1/organizations/${world.enterprise.organizationId}/members`, body: member() }),
  },
  'POST /v1/organizations/{id}/members (of a market)': {
    answers: '401 404 404 404 404 403 404 201 201',
    request: ({ world }) => ({
      url: `/v1/organizations/${world.demandMarket.id}/members`,
      body: { ...member(), role: 'broker' },
    }),
  },
  'DELETE /v1/organizations/{id}/members/{userId}': {
    answers: '401 404 404 204 404 403 404 403 403',
    request: async ({ world }) => {
      const url = `/v1/organizations/${world.enterprise.organizationId}/members`;
      return { url: `${url}/${(await world.enterprise.post(url, member())).body.id}` };
    },
  },
  'GET /v1/markets': { answers: anybody, request: at('/v1/markets') },
  'POST /v1/markets': {
    answers: '401 403 403 403 403 403 403 201 201',
    request: at('/v1/markets', { name: '枸杞产业市场', kind: 'specialised', regionCode: '640000' }),
  },
  'GET /v1/organizations': { answers: anybody, request: at('/v1/organizations') },
  'GET /v1/organizations (pending)': {
    answers: '403 403 403 403 403 200 200 200 200',
    request: at('/v1/organizations?status=pending'),
  },
  'POST /v1/organizations': {
    answers: '401 403 403 403 403 403 403 201 201',
    request: at('/v1/organizations', government),
  },
  'GET /v1/organizations/{id}': {
    answers: anybody,
    request: ({ world }) => ({ url: `/v1/organizations/${world.enterprise.organizationId}` }),
  },
  'GET /v1/organizations/{id} (pending)': {
    answers: '404 404 404 404 404 200 404 200 200',
    request: async (subjects) => ({ url: await organizationPath(subjects, 'pending') }),
  },
  'PATCH /v1/organizations/{id}': {
    answers: '401 403 403 200 403 403 403 403 403',
    request: async ({ world }) => {
      const url = `/v1/organizations/${world.enterprise.organizationId}`;
      return { url, body: { sizeBand: 'small' }, headers: ifMatch((await world.enterprise.get(url)).body) };
    },
  },
  'POST /v1/organizations/{id}/verify': {
    answers: '401 404 404 404 404 200 404 200 403',
    request: async (subjects) => ({ url: `${await organizationPath(subjects, 'pending')}/verify` }),
  },
  'POST /v1/organizations/{id}/suspend': {
    answers: '401 403 403 403 403 200 403 200 403',
    request: async (subjects) => ({ url: `${await organizationPath(subjects, 'verified')}/suspend`, body: reason }),
  },
  'POST /v1/organizations/{id}/reinstate': {
    answers: '401 404 404 404 404 200 404 200 403',
    request: async (subjects) => ({ url: `${await organizationPath(subjects, 'suspended')}/reinstate` }),
  },
  'POST /v1/organizations/{id}/tiers': {
    answers: '401 403 403 403 403 201 403 201 403',
    request: ({ world }) => ({ url: tiersOf(world.enterprise.organizationId), body: certificate }),
  },
  'DELETE /v1/organizations/{id}/tiers/{tierId}': {
    answers: '401 403 403 403 403 204 403 204 403',
    request: async ({ world }) => {
      const url = tiersOf(world.enterprise.organizationId);
      return { url: `${url}/${(await world.demandBroker.post(url, certificate)).body.id}` };
    },
  },
};

function member() {
  return { name: '成员', email: `${randomUUID()}@people.example`, password: 'a long enough password', role: 'member' };
}

function tiersOf(organizationId: string): string {
  return `/v1/organizations/${organizationId}/tiers`;
}

async function organizationPath(subjects: Subjects, state: 'pending' | 'verified' | 'suspended'): Promise<string> {
  return `/v1/organizations/${(await subjects.organization(state)).organizationId}`;
}
