import { expertInput } from '../../setup/experts.ts';
import type { Subjects } from '../access-subjects.ts';
import { anybody, at, ifMatch, type Row, reason, signedIn } from './row.ts';

const keepers = '401 403 403 403 200 403 403 403 403';
const draftKeepers = '401 404 404 404 200 404 404 404 404';
const answering = '401 404 404 404 200 403 404 403 404';

export const experts: Record<string, Row> = {
  'POST /v1/experts': {
    answers: '401 403 201 403 201 403 403 403 403',
    request: at('/v1/experts', expertInput),
  },
  'GET /v1/experts': { answers: anybody, request: at('/v1/experts') },
  'GET /v1/experts/{id}': { answers: anybody, request: onExpert('active') },
  'GET /v1/experts/{id} (a draft)': {
    answers: '404 404 404 404 200 404 404 404 404',
    request: onExpert('draft'),
  },
  'PATCH /v1/experts/{id}': {
    answers: keepers,
    request: async (subjects) => {
      const expert = await subjects.expert('active');
      return { url: `/v1/experts/${expert.id}`, body: { daysPerMonth: 2 }, headers: ifMatch(expert) };
    },
  },
  'POST /v1/experts/{id}/activate': { answers: draftKeepers, request: onExpert('draft', '/activate') },
  'POST /v1/experts/{id}/retire': { answers: keepers, request: onExpert('active', '/retire') },
  'GET /v1/demands/{id}/experts': {
    answers: '401 404 404 200 404 200 404 200 404',
    request: async (subjects) => ({ url: `/v1/demands/${(await subjects.demand('published')).id}/experts` }),
  },
  'POST /v1/expert-assignments': {
    answers: '401 404 404 403 404 201 404 201 404',
    request: async (subjects) => {
      const demandId = (await subjects.demand('published')).id;
      const expertId = (await subjects.expert('active')).id;
      return { url: '/v1/expert-assignments', body: { demandId, expertId, purpose: 'visit' } };
    },
  },
  'GET /v1/expert-assignments': { answers: signedIn, request: at('/v1/expert-assignments') },
  'GET /v1/expert-assignments/{id}': {
    answers: '401 404 404 404 200 200 404 200 404',
    request: onAssignment('proposed'),
  },
  'GET /v1/expert-assignments/{id} (accepted)': {
    answers: '401 404 404 200 200 200 404 200 404',
    request: onAssignment('accepted'),
  },
  'POST /v1/expert-assignments/{id}/accept': { answers: answering, request: onAssignment('proposed', '/accept') },
  'POST /v1/expert-assignments/{id}/decline': {
    answers: answering,
    request: onAssignment('proposed', '/decline', reason),
  },
  'POST /v1/expert-assignments/{id}/end': {
    answers: '401 404 404 403 200 200 404 200 404',
    request: onAssignment('accepted', '/end', reason),
  },
  'POST /v1/expert-assignments/{id}/services': {
    answers: '401 404 404 403 201 201 404 201 404',
    request: async (subjects) => ({
      url: `/v1/expert-assignments/${(await subjects.assignment('accepted')).id}/services`,
      body: { kind: 'visit', servedOn: '2026-11-23', hours: 4, summary: '现场查看杀菌段' },
    }),
  },
  'GET /v1/dispatches': { answers: '401 403 403 403 403 200 200 200 200', request: at('/v1/dispatches') },
};

function onExpert(state: 'draft' | 'active', step = '') {
  return async (subjects: Subjects) => ({ url: `/v1/experts/${(await subjects.expert(state)).id}${step}` });
}

function onAssignment(state: 'proposed' | 'accepted', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({
    url: `/v1/expert-assignments/${(await subjects.assignment(state)).id}${step}`,
    body,
  });
}
