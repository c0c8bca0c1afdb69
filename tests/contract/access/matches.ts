import type { Subjects } from '../access-subjects.ts';
import { at, type Row, signedIn } from './row.ts';

const leads = '401 404 404 403 403 200 403 200 404';
const answersForParty = '401 404 404 200 200 403 403 403 404';
const concerned = '401 404 404 200 200 200 200 200 404';

export const matches: Record<string, Row> = {
  'GET /v1/matches': { answers: '401 403 403 403 403 200 200 200 403', request: at('/v1/matches') },
  'GET /v1/matches/{id}': { answers: concerned, request: async (s) => ({ url: `/v1/matches/${await s.match()}` }) },
  'POST /v1/matches/{id}/shortlist': {
    answers: leads,
    request: async (subjects) => ({ url: `/v1/matches/${await subjects.match()}/shortlist` }),
  },
  'POST /v1/matches/{id}/dismiss': {
    answers: leads,
    request: async (subjects) => ({
      url: `/v1/matches/${await subjects.match()}/dismiss`,
      body: { reason: 'wrong_maturity' },
    }),
  },
  'POST /v1/matches/{id}/introductions': {
    answers: '401 404 404 201 201 201 403 201 404',
    request: async (subjects) => ({ url: `/v1/matches/${await subjects.match()}/introductions`, body: {} }),
  },
  'POST /v1/match-previews': {
    answers: '401 200 403 200 403 200 200 200 403',
    request: at('/v1/match-previews', { side: 'demand', title: '高纯铟的回收提纯' }),
  },
  'POST /v1/match-previews (of a result)': {
    answers: '401 403 200 403 200 200 200 200 403',
    request: at('/v1/match-previews', { side: 'result', title: '隔膜电解法制备高纯铟' }),
  },
  'POST /v1/match-refreshes': {
    answers: '401 403 403 403 403 403 403 202 202',
    request: at('/v1/match-refreshes', {}),
  },
  'POST /v1/match-refreshes (of the demand market)': {
    answers: '401 403 403 403 403 403 403 202 202',
    request: ({ world }) => ({ url: '/v1/match-refreshes', body: { marketId: world.demandMarket.id } }),
  },
  'GET /v1/jobs/{id}': { answers: '401 404 404 404 404 404 404 200 200', request: onJob() },
  'GET /v1/jobs/{id}/stream': { answers: '401 404 404 404 404 404 404 200 200', request: onJob('/stream') },
  'GET /v1/introductions': { answers: signedIn, request: at('/v1/introductions') },
  'GET /v1/introductions/{id}': { answers: concerned, request: onIntroduction('open') },
  'GET /v1/introductions/{id} (requested by the enterprise)': {
    answers: '401 404 404 200 404 200 404 200 404',
    request: onIntroduction('requested'),
  },
  'POST /v1/introductions/{id}/open': {
    answers: '401 404 404 403 404 200 404 200 404',
    request: onIntroduction('requested', '/open', {}),
  },
  'POST /v1/introductions/{id}/accept': { answers: answersForParty, request: onIntroduction('open', '/accept', {}) },
  'POST /v1/introductions/{id}/decline': {
    answers: answersForParty,
    request: onIntroduction('open', '/decline', { reason: 'too_early' }),
  },
  'POST /v1/introductions/{id}/reopen': {
    answers: leads,
    request: onIntroduction('declined', '/reopen', { reason: '电话确认仍有意向' }),
  },
  'POST /v1/introductions/{id}/assign': {
    answers: leads,
    request: async (subjects) => ({
      url: `/v1/introductions/${(await subjects.introduction('open')).id}/assign`,
      body: { userId: subjects.world.demandBroker.userId },
    }),
  },
  'GET /v1/organizations/{id}/answer-times': {
    answers: '401 403 403 403 403 200 200 200 403',
    request: ({ world }) => ({ url: `/v1/organizations/${world.university.organizationId}/answer-times` }),
  },
  'GET /v1/desk': { answers: '401 403 403 403 403 200 200 200 403', request: at('/v1/desk') },
  'GET /v1/desk/{category}': {
    answers: '401 403 403 403 403 200 200 200 403',
    request: at('/v1/desk/suggested-matches'),
  },
};

/** A job of the demand market. */
function onJob(path = ''): Row['request'] {
  return async ({ world }) => {
    const { body } = await world.demandDirector.post('/v1/match-refreshes');
    return { url: `/v1/jobs/${body.id}${path}` };
  };
}

function onIntroduction(state: 'requested' | 'open' | 'accepted' | 'declined', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({
    url: `/v1/introductions/${(await subjects.introduction(state)).id}${step}`,
    body,
  });
}
