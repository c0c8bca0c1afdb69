import { projectInput, type Subjects } from '../access-subjects.ts';
import { at, ifMatch, insiders, type Row, reason, signedIn } from './row.ts';

const directors = '401 404 404 200 403 200 404 200 404';

export const projects: Record<string, Row> = {
  'POST /v1/projects': {
    answers: '401 404 404 201 201 201 403 201 404',
    request: async (subjects) => ({
      url: '/v1/projects',
      body: projectInput((await subjects.introduction('accepted')).id),
    }),
  },
  'GET /v1/projects': { answers: signedIn, request: at('/v1/projects') },
  'GET /v1/projects/{id}': { answers: insiders, request: onProject('forming') },
  'PATCH /v1/projects/{id}': {
    answers: insiders,
    request: async (subjects) => {
      const project = await subjects.project('forming');
      return { url: `/v1/projects/${project.id}`, body: { budgetCny: 1_500_000 }, headers: ifMatch(project) };
    },
  },
  'PUT /v1/projects/{id}/parties': {
    answers: insiders,
    request: async (subjects) => ({
      ...(await onProject('forming', '/parties')(subjects)),
      body: subjects.parties(),
    }),
  },
  'POST /v1/projects/{id}/activate': { answers: directors, request: onProject('ready', '/activate') },
  'POST /v1/projects/{id}/complete': { answers: directors, request: onProject('all accepted', '/complete') },
  'POST /v1/projects/{id}/terminate': { answers: directors, request: onProject('active', '/terminate', reason) },
  'GET /v1/projects/{id}/milestones/{milestoneId}': { answers: insiders, request: onMilestone('planned') },
  'POST /v1/projects/{id}/milestones/{milestoneId}/submit': {
    answers: '401 404 404 403 200 403 404 403 404',
    request: onMilestone('planned', '/submit'),
  },
  'POST /v1/projects/{id}/milestones/{milestoneId}/accept': {
    answers: directors,
    request: onMilestone('submitted', '/accept'),
  },
  'POST /v1/projects/{id}/milestones/{milestoneId}/rework': {
    answers: directors,
    request: onMilestone('submitted', '/rework', reason),
  },
  'POST /v1/projects/{id}/milestones/{milestoneId}/pay': {
    answers: '401 404 404 200 403 403 404 403 404',
    request: onMilestone('accepted', '/pay'),
  },
};

function onProject(state: 'forming' | 'ready' | 'active' | 'all accepted', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `/v1/projects/${(await subjects.project(state)).id}${step}`, body });
}

function onMilestone(state: 'planned' | 'submitted' | 'accepted', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `${await subjects.milestone(state)}${step}`, body });
}
