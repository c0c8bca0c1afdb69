import { restrictionInput } from '../../setup/restrictions.ts';
import type { Subjects } from '../access-subjects.ts';
import { at, type Row, signedIn } from './row.ts';

/** Of the stranger enterprise, which does nothing after these; the story has no bureau, so it is the administrator who decides. */
const known = '401 200 404 404 404 200 404 200 200';
const decides = '401 403 404 404 404 403 404 403 200';

export const credit: Record<string, Row> = {
  'POST /v1/restrictions': {
    answers: '401 403 403 403 403 403 403 403 201',
    request: async (subjects) => {
      const { organizationId } = await subjects.organization('verified');
      return { url: '/v1/restrictions', body: { organizationId, ...restrictionInput } };
    },
  },
  'GET /v1/restrictions': { answers: signedIn, request: at('/v1/restrictions') },
  'GET /v1/restrictions/{id}': { answers: known, request: ofStranger('') },
  'POST /v1/restrictions/{id}/lift': {
    answers: decides,
    request: ofStranger('/lift', { reason: '已整改' }),
  },
  'POST /v1/restrictions/{id}/appeal': {
    answers: '401 200 404 404 404 403 404 403 403',
    request: ofStranger('/appeal', { grounds: '我单位并不知情' }),
  },
  // The administrator imposed it, and judges no appeal against it.
  'POST /v1/restrictions/{id}/decide': {
    answers: '401 403 404 404 404 403 404 403 403',
    request: ofStranger('/decide', { outcome: 'upheld', reason: '维持' }),
  },
};

function ofStranger(step: string, body?: unknown) {
  return async (subjects: Subjects) => ({ url: `/v1/restrictions/${await subjects.restriction()}${step}`, body });
}
