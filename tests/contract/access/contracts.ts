import type { Subjects } from '../access-subjects.ts';
import { at, ifMatch, insiders, type Row, reason, signedIn } from './row.ts';

const sides = '401 404 404 200 200 403 404 403 404';
const reviewers = '401 404 404 403 403 200 404 200 404';

export const contracts: Record<string, Row> = {
  'POST /v1/contracts': {
    answers: '401 404 404 201 201 403 404 403 404',
    request: async (subjects) => ({
      url: '/v1/contracts',
      body: { projectId: (await subjects.project('forming')).id },
    }),
  },
  'GET /v1/contracts': { answers: signedIn, request: at('/v1/contracts') },
  'GET /v1/contracts/export': { answers: signedIn, request: at('/v1/contracts/export?format=json') },
  'GET /v1/contracts/{id}/export': { answers: insiders, request: onContract('draft', '/export?format=csv') },
  'GET /v1/contracts/{id}': { answers: insiders, request: onContract('draft') },
  'PATCH /v1/contracts/{id}': {
    answers: sides,
    request: async (subjects) => {
      const contract = await subjects.contract('draft');
      return { url: `/v1/contracts/${contract.id}`, body: { contractNumber: 'HT-1' }, headers: ifMatch(contract) };
    },
  },
  'POST /v1/contracts/{id}/submit': { answers: sides, request: onContract('draft', '/submit') },
  'POST /v1/contracts/{id}/withdraw': { answers: sides, request: onContract('draft', '/withdraw') },
  'POST /v1/contracts/{id}/approve': { answers: reviewers, request: onContract('submitted', '/approve') },
  'POST /v1/contracts/{id}/return': { answers: reviewers, request: onContract('submitted', '/return', reason) },
  // The story's broker of the demand market is none of its directors.
  'POST /v1/contracts/{id}/revoke': {
    answers: '401 404 404 403 403 403 404 200 404',
    request: onContract('registered', '/revoke', reason),
  },
};

function onContract(state: 'draft' | 'submitted' | 'registered', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `/v1/contracts/${(await subjects.contract(state)).id}${step}`, body });
}
