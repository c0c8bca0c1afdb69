import type { Subjects } from '../access-subjects.ts';
import { at, type Row } from './row.ts';

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
};

function onDemand(state: 'draft' | 'submitted' | 'published', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `/v1/demands/${(await subjects.demand(state)).id}${step}`, body });
}
