import type { Subjects } from '../access-subjects.ts';
import { anybody, at, type Row, reason, signedIn } from './row.ts';

/** Run by a director of the demand's province, within its territory. */
const runs = '401 404 404 404 404 404 404 200 404';
const runsOpen = '401 403 403 403 403 403 403 200 403';
const watches = '401 403 403 403 403 403 403 200 403';

function on(state: 'draft' | 'open' | 'closed', step = '', body?: unknown): Row['request'] {
  return async (subjects: Subjects) => ({ url: `/v1/campaigns/${await subjects.campaign(state)}${step}`, body });
}

export const campaigns: Record<string, Row> = {
  'GET /v1/campaigns': { answers: anybody, request: at('/v1/campaigns') },
  'GET /v1/campaigns (mine)': {
    answers: '403 403 403 403 403 200 200 200 403',
    request: at('/v1/campaigns?view=mine'),
  },
  'POST /v1/campaigns': {
    answers: '401 403 403 403 403 403 403 201 403',
    request: ({ campaignInput }) => ({ url: '/v1/campaigns', body: campaignInput }),
  },
  'GET /v1/campaigns/{id}': { answers: anybody, request: on('open') },
  'GET /v1/campaigns/{id} (draft)': { answers: '404 404 404 404 404 404 404 200 404', request: on('draft') },
  'PATCH /v1/campaigns/{id}': {
    answers: runs,
    request: async (subjects) => ({
      url: `/v1/campaigns/${await subjects.campaign('draft')}`,
      body: { reminderDays: 3 },
      headers: { 'if-match': '*' },
    }),
  },
  'POST /v1/campaigns/{id}/open': { answers: runs, request: on('draft', '/open') },
  'POST /v1/campaigns/{id}/close': { answers: runsOpen, request: on('open', '/close') },
  'POST /v1/campaigns/{id}/cancel': { answers: runsOpen, request: on('open', '/cancel', reason) },
  'POST /v1/campaigns/{id}/report': { answers: runsOpen, request: on('closed', '/report') },
  'GET /v1/campaigns/{id}/progress': { answers: watches, request: on('open', '/progress') },
  'GET /v1/campaigns/{id}/report': { answers: watches, request: on('closed', '/report') },
  'POST /v1/campaigns/{id}/entries': {
    answers: '401 404 404 201 404 403 404 403 404',
    request: async (subjects) => ({
      url: `/v1/campaigns/${await subjects.campaign('open')}/entries`,
      body: { demandId: (await subjects.demand('submitted')).id },
    }),
  },
  'GET /v1/campaigns/{id}/entries': { answers: signedIn, request: on('open', '/entries') },
  'POST /v1/campaigns/{id}/selections': {
    answers: runsOpen.replace('200', '201'),
    request: async (subjects) => {
      const { campaignId, entryId } = await subjects.entry();
      const body = { entryId, list: 'selected_projects', reason: '共性技术' };
      return { url: `/v1/campaigns/${campaignId}/selections`, body };
    },
  },
  'DELETE /v1/campaigns/{id}/entries/{entryId}/selections/{list}': {
    answers: runsOpen.replace('200', '204'),
    request: async (subjects) => {
      const { campaignId, entryId } = await subjects.entry();
      const { provinceDirector } = subjects.world;
      const selected = { entryId, list: 'selected_projects', reason: '共性技术' };
      await provinceDirector.post(`/v1/campaigns/${campaignId}/selections`, selected);
      return { url: `/v1/campaigns/${campaignId}/entries/${entryId}/selections/selected_projects` };
    },
  },
};
