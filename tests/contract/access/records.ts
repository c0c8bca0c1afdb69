import { demandInput, resultInput } from '../../setup/api.ts';
import type { Subjects } from '../access-subjects.ts';
import { anybody, at, ifMatch, type Row, reason } from './row.ts';

type State = 'draft' | 'submitted' | 'published';

/** The rows of demands and of results: the same life, with the columns of owner and broker exchanged. */
function recordRows(
  kind: 'demand' | 'result',
  input: object,
  answers: Record<'create' | 'draft' | 'submitted' | 'brokered' | 'linked' | 'owned' | 'closed' | 'matches', string>,
): Record<string, Row> {
  const path = `/v1/${kind}s`;
  const on =
    (state: State, step = '', body?: unknown) =>
    async (subjects: Subjects) => {
      const record = await subjects[kind](state);
      return { url: `${path}/${record.id}${step}`, body, headers: step === '' ? ifMatch(record) : {} };
    };
  const history = answers.matches;
  const file = { body: '三段工艺', headers: { 'content-type': 'text/plain' } };
  const upload = (state: State) => async (subjects: Subjects) => ({
    url: `${path}/${(await subjects[kind](state)).id}/attachments/${encodeURIComponent('工艺说明.txt')}`,
    ...file,
  });
  const onAttachment = async (subjects: Subjects) => ({ url: await subjects.attachment(kind) });
  return {
    [`GET ${path}`]: { answers: anybody, request: at(path) },
    [`GET ${path} (desk)`]: { answers: '403 403 403 403 403 200 200 200 403', request: at(`${path}?view=desk`) },
    [`POST ${path}`]: { answers: answers.create, request: at(path, input) },
    [`GET ${path}/{id}`]: { answers: anybody, request: on('published') },
    [`GET ${path}/{id} (draft)`]: { answers: answers.draft.replace('401', '404'), request: on('draft') },
    [`GET ${path}/{id} (submitted)`]: { answers: answers.submitted, request: on('submitted') },
    [`PATCH ${path}/{id}`]: { answers: answers.owned, request: on('published', '', { validUntil: '2028-01-01' }) },
    [`PATCH ${path}/{id} (draft)`]: { answers: answers.draft, request: on('draft', '', { title: '新题目' }) },
    [`GET ${path}/{id}/history`]: { answers: history, request: on('published', '/history') },
    [`POST ${path}/{id}/submit`]: { answers: answers.draft, request: on('draft', '/submit') },
    [`POST ${path}/{id}/assign`]: {
      answers: answers.brokered,
      request: async (subjects) => {
        const { demandBroker, resultBroker } = subjects.world;
        const { userId } = kind === 'demand' ? demandBroker : resultBroker;
        return { url: `${path}/${(await subjects[kind]('submitted')).id}/assign`, body: { userId } };
      },
    },
    [`POST ${path}/{id}/publish`]: { answers: answers.brokered, request: on('submitted', '/publish') },
    [`POST ${path}/{id}/return`]: { answers: answers.brokered, request: on('submitted', '/return', reason) },
    [`POST ${path}/{id}/reject`]: { answers: answers.brokered, request: on('submitted', '/reject', reason) },
    [`POST ${path}/{id}/withdraw`]: { answers: answers.owned, request: on('published', '/withdraw') },
    [`POST ${path}/{id}/close`]: { answers: answers.closed, request: on('published', '/close', { outcome: 'other' }) },
    [`POST ${path}/{id}/renew`]: { answers: answers.owned, request: on('published', '/renew', {}) },
    [`GET ${path}/{id}/matches`]: { answers: answers.matches, request: on('published', '/matches') },
    [`GET ${path}/{id}/duplicates`]: { answers: answers.matches, request: on('published', '/duplicates') },
    [`GET ${path}/{id}/duplicate-links`]: { answers: answers.linked, request: on('published', '/duplicate-links') },
    [`POST ${path}/{id}/duplicate-links`]: {
      answers: answers.linked.replaceAll('200', '201'),
      request: async (subjects) => {
        const body = { otherId: (await subjects[kind]('published')).id, ...reason };
        return { url: `${path}/${(await subjects[kind]('published')).id}/duplicate-links`, body };
      },
    },
    [`DELETE ${path}/{id}/duplicate-links/{otherId}`]: {
      answers: answers.linked.replaceAll('200', '204'),
      request: async (subjects) => ({ url: await subjects.duplicateLink(kind) }),
    },
    [`POST ${path}/{id}/merge`]: {
      answers: answers.brokered,
      request: async (subjects) => {
        const body = { intoId: (await subjects[kind]('published')).id, ...reason };
        return { url: `${path}/${(await subjects[kind]('submitted')).id}/merge`, body };
      },
    },
    [`POST ${path}/{id}/unmerge`]: {
      answers: answers.brokered,
      request: async (subjects) => ({ url: `${await subjects.merged(kind)}/unmerge`, body: reason }),
    },
    [`GET ${path}/{id}/attachments`]: { answers: answers.matches, request: on('published', '/attachments') },
    [`GET ${path}/{id}/attachments (draft)`]: { answers: answers.draft, request: on('draft', '/attachments') },
    [`PUT ${path}/{id}/attachments/{name}`]: { answers: answers.owned, request: upload('published') },
    [`PUT ${path}/{id}/attachments/{name} (draft)`]: { answers: answers.draft, request: upload('draft') },
    [`GET ${path}/{id}/attachments/{name}`]: { answers: answers.matches, request: onAttachment },
    [`DELETE ${path}/{id}/attachments/{name}`]: {
      answers: answers.owned.replace('200', '204'),
      request: onAttachment,
    },
    [`GET /v1/search/${kind}s`]: { answers: anybody, request: at(`/v1/search/${kind}s?q=x`) },
  };
}

export const demands = recordRows('demand', demandInput, {
  create: '401 201 403 201 403 403 403 403 403',
  draft: '401 404 404 200 404 404 404 404 404',
  submitted: '404 404 404 200 404 200 404 200 404',
  brokered: '401 404 404 403 404 200 404 200 404',
  linked: '401 403 403 403 403 200 403 200 403',
  owned: '401 403 403 200 403 403 403 403 403',
  closed: '401 403 403 200 403 200 403 200 403',
  matches: '401 404 404 200 404 200 404 200 404',
});

export const results = recordRows('result', resultInput, {
  create: '401 403 201 403 201 403 403 403 403',
  draft: '401 404 404 404 200 404 404 404 404',
  submitted: '404 404 404 404 200 404 200 404 404',
  brokered: '401 404 404 404 403 404 200 404 404',
  linked: '401 403 403 403 403 403 200 403 403',
  owned: '401 403 403 403 200 403 403 403 403',
  closed: '401 403 403 403 200 403 200 403 403',
  matches: '401 404 404 404 200 404 200 404 404',
});
