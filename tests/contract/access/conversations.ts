import type { Subjects } from '../access-subjects.ts';
import { at, type Row, signedIn } from './row.ts';

const concerned = '401 404 404 200 200 200 200 200 404';
const onOpen = (path: string, body?: unknown) => async (subjects: Subjects) => ({
  url: `/v1/introductions/${(await subjects.introduction('open')).id}${path}`,
  body,
});
const file = { body: '甲,乙', headers: { 'content-type': 'text/csv' } };

const onAccepted = async (subjects: Subjects) =>
  `/v1/introductions/${(await subjects.introduction('accepted')).id}/agreement`;

export const conversations: Record<string, Row> = {
  'GET /v1/conversations': { answers: signedIn, request: at('/v1/conversations') },
  'GET /v1/introductions/{id}/agreement': {
    answers: concerned,
    request: async (subjects) => ({ url: await onAccepted(subjects) }),
  },
  'POST /v1/introductions/{id}/agreement/accept': {
    answers: '401 404 404 200 200 403 403 403 404',
    request: async (subjects) => {
      const url = await onAccepted(subjects);
      const { version, sha256 } = (await subjects.world.enterprise.get(url)).body.text;
      return { url: `${url}/accept`, body: { version, sha256 } };
    },
  },
  'GET /v1/introductions/{id}/messages': { answers: concerned, request: onOpen('/messages') },
  'GET /v1/introductions/{id}/messages (requested by the enterprise)': {
    answers: '401 404 404 200 404 200 404 200 404',
    request: async (subjects) => ({
      url: `/v1/introductions/${(await subjects.introduction('requested')).id}/messages`,
    }),
  },
  'POST /v1/introductions/{id}/messages': {
    answers: concerned.replaceAll('200', '201'),
    request: onOpen('/messages', { text: '可以先看数据吗？' }),
  },
  'POST /v1/introductions/{id}/messages/read': {
    answers: concerned,
    request: onOpen('/messages/read', { upToNumber: 1 }),
  },
  'PUT /v1/introductions/{id}/messages/{messageId}/attachments/{name}': {
    answers: '401 404 404 200 403 403 403 403 404',
    request: async (subjects) => ({
      url: `${await subjects.message()}/attachments/${encodeURIComponent('表.csv')}`,
      ...file,
    }),
  },
  'GET /v1/introductions/{id}/messages/{messageId}/attachments/{name}': {
    answers: concerned,
    request: async (subjects) => ({ url: await subjects.messageFile() }),
  },
};
