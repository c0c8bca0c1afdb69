import { upload } from '../../setup/imports.ts';
import type { Subjects } from '../access-subjects.ts';
import { type AccessRequest, anybody, at, type Row, signedIn } from './row.ts';

const csv = { 'content-type': 'text/csv' };

/** An import that the enterprise has sent. */
async function onImport({ world }: Subjects, path: string): Promise<AccessRequest> {
  const { body } = await upload(world.enterprise, 'demand', '需求名称\n一项需求\n');
  return { url: `/v1/imports/${body.id}${path}` };
}

const own = '401 404 404 200 404 404 404 404 404';

export const exchange: Record<string, Row> = {
  'GET /v1/imports/templates/{file}': { answers: anybody, request: at('/v1/imports/templates/demands.xlsx') },
  'GET /v1/imports/templates/{file} (of a draft)': {
    answers: '404 404 404 404 404 404 404 200 404',
    request: async (subjects) => ({
      url: `/v1/imports/templates/demands.xlsx?campaignId=${await subjects.campaign('draft')}`,
    }),
  },
  'GET /v1/demands/export': { answers: signedIn, request: at('/v1/demands/export?format=json') },
  'GET /v1/results/export': { answers: signedIn, request: at('/v1/results/export?format=csv') },
  'GET /v1/organizations/export': { answers: signedIn, request: at('/v1/organizations/export') },
  'GET /v1/experts/export': { answers: signedIn, request: at('/v1/experts/export?format=json') },
  'GET /v1/projects/export': { answers: signedIn, request: at('/v1/projects/export?format=json') },
  'POST /v1/imports': {
    answers: '401 201 403 201 403 201 201 201 403',
    request: () => ({ url: '/v1/imports?kind=demand', body: '需求名称\n一项需求\n', headers: csv }),
  },
  'POST /v1/imports (experts)': {
    answers: '401 403 201 403 201 403 403 403 403',
    request: () => ({
      url: '/v1/imports?kind=expert',
      body: '姓名,类别,专长,个人简介,关键词,技术领域,每月可服务天数\n李敏,专家,铟,铟,铟,401,4\n',
      headers: csv,
    }),
  },
  'GET /v1/imports': { answers: signedIn, request: at('/v1/imports') },
  'GET /v1/imports/{id}': { answers: own, request: (subjects) => onImport(subjects, '') },
  'GET /v1/imports/{id}/problems': { answers: own, request: (subjects) => onImport(subjects, '/problems') },
  'GET /v1/imports/{id}/problems.xlsx': { answers: own, request: (subjects) => onImport(subjects, '/problems.xlsx') },
  'POST /v1/imports/{id}/commit': {
    answers: own.replace('200', '202'),
    request: (subjects) => onImport(subjects, '/commit'),
  },
};
