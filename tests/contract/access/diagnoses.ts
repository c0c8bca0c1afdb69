import { rewriting } from '../../setup/diagnoses.ts';
import type { Subjects } from '../access-subjects.ts';
import { at, type Row, signedIn } from './row.ts';

// The university's admin is the expert.
const insiders = '401 404 404 200 200 200 404 200 404';
const workers = '401 404 404 403 201 201 404 201 404';
const leaders = '401 404 404 403 403 200 404 200 404';
const owner = '401 404 404 200 403 403 404 403 404';

export const diagnoses: Record<string, Row> = {
  'POST /v1/demands/advice': {
    answers: '401 200 403 200 403 200 200 200 403',
    request: at('/v1/demands/advice', { title: '粗铟提纯' }),
  },
  'GET /v1/demands/{id}/quality': {
    answers: '401 404 404 200 404 200 404 200 404',
    request: onDemand('published', '/quality'),
  },
  'GET /v1/demands/{id}/quality (draft)': {
    answers: '401 404 404 200 404 404 404 404 404',
    request: onDemand('draft', '/quality'),
  },
  'POST /v1/demands/{id}/diagnoses': {
    answers: '401 404 404 403 404 201 404 201 404',
    request: onDemand('submitted', '/diagnoses', {}),
  },
  'POST /v1/demands/{id}/diagnoses (published)': {
    answers: '401 403 403 403 403 201 403 201 403',
    request: onDemand('published', '/diagnoses', {}),
  },
  'GET /v1/diagnoses': { answers: signedIn, request: at('/v1/diagnoses') },
  'GET /v1/diagnoses/{id}': { answers: insiders, request: on('open') },
  'GET /v1/diagnoses/{id}/versions/{number}': { answers: insiders, request: on('open', '/versions/0') },
  'GET /v1/diagnoses/{id}/versions/{number}/difference': {
    answers: insiders,
    request: on('proposed', '/versions/1/difference'),
  },
  'POST /v1/diagnoses/{id}/assign-expert': { answers: leaders, request: on('open', '/assign-expert', { name: '陈' }) },
  'POST /v1/diagnoses/{id}/visits': {
    answers: workers,
    request: on('open', '/visits', { visitedOn: '2026-11-20', mode: 'remote', minutes: 30, note: '电话' }),
  },
  'POST /v1/diagnoses/{id}/versions': { answers: workers, request: on('open', '/versions', { content: rewriting }) },
  'POST /v1/diagnoses/{id}/versions/{number}/sign': { answers: owner, request: on('proposed', '/versions/1/sign') },
  'POST /v1/diagnoses/{id}/versions/{number}/refuse': {
    answers: owner,
    request: on('proposed', '/versions/1/refuse', { reason: '请再改' }),
  },
  'POST /v1/diagnoses/{id}/close': { answers: leaders, request: on('open', '/close', { route: 'service' }) },
};

function on(state: 'open' | 'proposed', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `/v1/diagnoses/${(await subjects.diagnosis(state)).id}${step}`, body });
}

function onDemand(state: 'draft' | 'submitted' | 'published', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `/v1/demands/${(await subjects.demand(state)).id}${step}`, body });
}
