import type { Subjects } from '../access-subjects.ts';
import { type AccessRequest, anybody, at, type Row, signedIn, staffOfDemandMarket } from './row.ts';

const savedSearchInput = { name: '枸杞', kind: 'result', q: '枸杞' };

async function onSavedSearch({ world }: Subjects): Promise<AccessRequest> {
  const { body } = await world.enterprise.post('/v1/saved-searches', savedSearchInput);
  return { url: `/v1/saved-searches/${body.id}` };
}

export const other: Record<string, Row> = {
  'GET /v1/search/suggestions': { answers: anybody, request: at('/v1/search/suggestions?kind=demand&q=x') },
  'GET /v1/search/parked': { answers: '401 403 403 403 403 403 403 200 200', request: at('/v1/search/parked') },
  'POST /v1/search/parked/{id}/retry': {
    answers: '401 404 404 404 404 404 404 202 202',
    request: async (subjects) => ({ url: `/v1/search/parked/${await subjects.parkedDemand()}/retry` }),
  },
  'GET /v1/saved-searches': { answers: signedIn, request: at('/v1/saved-searches') },
  // The platform's administrator belongs to no organization.
  'POST /v1/saved-searches': {
    answers: '401 201 201 201 201 201 201 201 403',
    request: at('/v1/saved-searches', savedSearchInput),
  },
  'GET /v1/saved-searches/{id}': { answers: '401 404 404 200 404 404 404 404 404', request: onSavedSearch },
  'DELETE /v1/saved-searches/{id}': { answers: '401 404 404 204 404 404 404 404 404', request: onSavedSearch },
  'GET /v1/notifications': { answers: signedIn, request: at('/v1/notifications') },
  'GET /v1/notifications/summary': { answers: signedIn, request: at('/v1/notifications/summary') },
  'POST /v1/notifications/read': {
    answers: '401 404 404 200 404 404 404 404 404',
    request: async (subjects) => ({ url: '/v1/notifications/read', body: { upToId: await subjects.notice() } }),
  },
  'POST /v1/notifications/{id}/read': {
    answers: '401 404 404 200 404 404 404 404 404',
    request: async (subjects) => ({ url: `/v1/notifications/${await subjects.notice()}/read` }),
  },
  // An answer that does not end: access-matrix.test.ts opens it over a socket.
  'GET /v1/notification-preferences': { answers: signedIn, request: at('/v1/notification-preferences') },
  'PATCH /v1/notification-preferences': {
    answers: signedIn,
    request: () => ({
      url: '/v1/notification-preferences',
      body: { mail: { suggestions: 'weekly' } },
      headers: { 'if-match': '*' },
    }),
  },
  'GET /v1/unsubscribe/{token}': {
    answers: anybody,
    request: async (subjects) => ({ url: `/v1/unsubscribe/${await subjects.unsubscribeToken()}` }),
  },
  'GET /v1/unsubscribe/{token} (unknown)': {
    answers: '404 404 404 404 404 404 404 404 404',
    request: at('/v1/unsubscribe/AZLwxGseRMOdUj9sGitMXQEAAAAAAAAAAAAAAAAAAAAA'),
  },
  'POST /v1/unsubscribe/{token}': {
    answers: anybody,
    request: async (subjects) => ({
      url: `/v1/unsubscribe/${await subjects.unsubscribeToken()}`,
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  },
  'GET /v1/renewals/{token}': {
    answers: anybody,
    request: async (subjects) => ({ url: `/v1/renewals/${await subjects.renewalToken()}` }),
  },
  'POST /v1/renewals/{token}': {
    answers: anybody,
    request: async (subjects) => ({
      url: `/v1/renewals/${await subjects.renewalToken()}`,
      body: 'keep=yes',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  },
  'GET /v1/notifications/stream': { answers: signedIn, request: at('/v1/notifications/stream') },
  'GET /v1/dead-letters': { answers: '401 404 404 404 404 200 200 200 200', request: at('/v1/dead-letters') },
  'GET /v1/dead-letters/{id}': {
    answers: staffOfDemandMarket,
    request: async (subjects) => ({ url: `/v1/dead-letters/${await subjects.deadLetter()}` }),
  },
  'POST /v1/dead-letters/{id}/retry': {
    answers: staffOfDemandMarket,
    request: async (subjects) => ({ url: `/v1/dead-letters/${await subjects.deadLetter()}/retry` }),
  },
  'POST /v1/dead-letters/{id}/discard': {
    answers: staffOfDemandMarket,
    request: async (subjects) => ({
      url: `/v1/dead-letters/${await subjects.deadLetter()}/discard`,
      body: { reason: 'obsolete' },
    }),
  },
  'GET /v1/audit': {
    answers: '401 404 404 404 404 200 404 200 200',
    request: async (subjects) => ({ url: `/v1/audit?subject=${(await subjects.demand('published')).id}` }),
  },
  'GET /v1/match-observations': {
    answers: '401 403 403 403 403 403 403 403 200',
    request: at('/v1/match-observations'),
  },
  'GET /v1/vocabularies/{name}': { answers: anybody, request: at('/v1/vocabularies/trl') },
  'PUT /v1/vocabularies/{name}/terms/{code}': {
    answers: '401 403 403 403 403 403 403 403 200',
    request: at('/v1/vocabularies/regions/terms/640195', { zh: '某产业园区', parentCode: '640000' }),
  },
};
