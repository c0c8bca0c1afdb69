import { randomUUID } from 'node:crypto';
import { administrator } from '../../setup/api.ts';
import { anybody, at, ifMatch, type Row, signedIn } from './row.ts';

export const entry: Record<string, Row> = {
  'GET /livez': { answers: anybody, request: at('/livez') },
  'GET /readyz': { answers: anybody, request: at('/readyz') },
  'POST /v1/registrations': {
    answers: '201 201 201 201 201 201 201 201 201',
    request: () => ({
      url: '/v1/registrations',
      body: {
        organization: { name: '新单位', kind: 'university', regionCode: '430104' },
        user: { name: '管理员', email: `${randomUUID()}@people.example`, password: 'a long enough password' },
      },
    }),
  },
  'POST /v1/sessions': { answers: '201 201 201 201 201 201 201 201 201', request: at('/v1/sessions', administrator) },
  'DELETE /v1/sessions/current': {
    answers: '401 204 204 204 204 204 204 204 204',
    request: at('/v1/sessions/current'),
    endsSession: true,
  },
  // The administrator's address counts as verified.
  'POST /v1/email-verifications': {
    answers: '401 202 202 202 202 202 202 202 409',
    request: at('/v1/email-verifications'),
  },
  'POST /v1/email-verifications/confirm': {
    answers: '422 422 422 422 422 422 422 422 422',
    request: at('/v1/email-verifications/confirm', { token: 'not-a-token' }),
  },
  'POST /v1/password-resets': {
    answers: '202 202 202 202 202 202 202 202 202',
    request: at('/v1/password-resets', { email: 'nobody@people.example' }),
  },
  'POST /v1/password-resets/confirm': {
    answers: '422 422 422 422 422 422 422 422 422',
    request: at('/v1/password-resets/confirm', { token: 'not-a-token', password: 'another long password' }),
  },
  'GET /v1/me': { answers: signedIn, request: at('/v1/me') },
  'PATCH /v1/me': {
    answers: signedIn,
    request: async (_subjects, caller) => ({
      url: '/v1/me',
      body: { locale: 'zh-CN' },
      headers: ifMatch((await caller.get('/v1/me')).body),
    }),
  },
  // With a wrong password, so that the people of the story stay.
  'DELETE /v1/me': {
    answers: '401 422 422 422 422 422 422 422 422',
    request: at('/v1/me', { password: 'not the password' }),
  },
  'GET /v1/me/export': { answers: signedIn, request: at('/v1/me/export') },
  'GET /v1/api-keys': { answers: signedIn, request: at('/v1/api-keys') },
  'POST /v1/api-keys': {
    answers: '401 201 201 201 201 201 201 201 201',
    request: at('/v1/api-keys', { name: '科研管理系统', scopes: ['read'] }),
  },
  'DELETE /v1/api-keys/{id}': {
    answers: '401 404 404 204 404 404 404 404 404',
    request: async ({ world }) => {
      const { body } = await world.enterprise.post('/v1/api-keys', { name: '一把钥匙', scopes: ['read'] });
      return { url: `/v1/api-keys/${body.id}` };
    },
  },
};
