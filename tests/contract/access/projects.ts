import { projectInput, type Subjects } from '../access-subjects.ts';
import { at, ifMatch, insiders, type Row, reason, signedIn } from './row.ts';

const leadOnly = '401 404 404 200 403 403 404 403 404';
const partnerOnly = '401 404 404 403 200 403 404 403 404';
const file = { body: '三批合格', headers: { 'content-type': 'text/plain' } };
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
  'POST /v1/projects/{id}/suspend': { answers: directors, request: onProject('active', '/suspend', reason) },
  'POST /v1/projects/{id}/resume': { answers: directors, request: onProject('suspended', '/resume') },
  'GET /v1/projects/{id}/progress': { answers: insiders, request: onProject('active', '/progress') },
  'POST /v1/projects/{id}/changes': {
    answers: '401 404 404 201 201 403 404 403 404',
    request: onProject('active', '/changes', { reason: '增加中试规模', budgetCny: 1_500_000 }),
  },
  'GET /v1/projects/{id}/changes': { answers: insiders, request: onProject('active', '/changes') },
  'GET /v1/projects/{id}/changes/{changeId}': { answers: insiders, request: onChange() },
  // Proposed by the enterprise: the university answers, the enterprise takes it back.
  'POST /v1/projects/{id}/changes/{changeId}/accept': { answers: partnerOnly, request: onChange('/accept') },
  'POST /v1/projects/{id}/changes/{changeId}/reject': { answers: partnerOnly, request: onChange('/reject', reason) },
  'POST /v1/projects/{id}/changes/{changeId}/withdraw': { answers: leadOnly, request: onChange('/withdraw') },
  'GET /v1/projects/{id}/milestones/{milestoneId}': { answers: insiders, request: onMilestone('planned') },
  'POST /v1/projects/{id}/milestones/{milestoneId}/submit': {
    answers: partnerOnly,
    request: onMilestone('planned', '/submit'),
  },
  'GET /v1/projects/{id}/milestones/{milestoneId}/submissions': {
    answers: insiders,
    request: onMilestone('submitted', '/submissions'),
  },
  'GET /v1/projects/{id}/milestones/{milestoneId}/attachments': {
    answers: partnerOnly,
    request: onMilestone('planned', '/attachments'),
  },
  'PUT /v1/projects/{id}/milestones/{milestoneId}/attachments/{name}': {
    answers: partnerOnly,
    request: async (subjects) => ({ url: `${await subjects.milestone('planned')}/attachments/a.txt`, ...file }),
  },
  'GET /v1/projects/{id}/milestones/{milestoneId}/attachments/{name}': {
    answers: partnerOnly,
    request: async (subjects) => ({ url: await subjects.evidenceFile() }),
  },
  'DELETE /v1/projects/{id}/milestones/{milestoneId}/attachments/{name}': {
    answers: partnerOnly.replace('200', '204'),
    request: async (subjects) => ({ url: await subjects.evidenceFile() }),
  },
  'GET /v1/projects/{id}/milestones/{milestoneId}/submissions/{submissionId}/attachments/{name}': {
    answers: insiders,
    request: async (subjects) => ({ url: await subjects.submittedFile() }),
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
    answers: leadOnly,
    request: onMilestone('accepted', '/pay'),
  },
  'POST /v1/projects/{id}/milestones/{milestoneId}/payments': {
    answers: '401 404 404 201 403 403 404 403 404',
    request: async (subjects) => ({
      ...(await onMilestone('accepted', '/payments')(subjects)),
      body: subjects.payment(),
    }),
  },
  'GET /v1/projects/{id}/milestones/{milestoneId}/payments': {
    answers: insiders,
    request: onMilestone('accepted', '/payments'),
  },
  'POST /v1/projects/{id}/milestones/{milestoneId}/payments/{paymentId}/confirm': {
    answers: partnerOnly,
    request: onPayment('/confirm'),
  },
  'POST /v1/projects/{id}/milestones/{milestoneId}/payments/{paymentId}/dispute': {
    answers: partnerOnly,
    request: onPayment('/dispute', reason),
  },
  'POST /v1/projects/{id}/milestones/{milestoneId}/payments/{paymentId}/withdraw': {
    answers: leadOnly,
    request: onPayment('/withdraw'),
  },
};

function onProject(state: 'forming' | 'ready' | 'active' | 'suspended' | 'all accepted', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `/v1/projects/${(await subjects.project(state)).id}${step}`, body });
}

function onMilestone(state: 'planned' | 'submitted' | 'accepted', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `${await subjects.milestone(state)}${step}`, body });
}

function onChange(step = '', body?: unknown) {
  return async (subjects: Subjects) => ({ url: `${await subjects.projectChange()}${step}`, body });
}

function onPayment(step: string, body?: unknown) {
  return async (subjects: Subjects) => ({ url: `${await subjects.recordedPayment()}${step}`, body });
}
