import { randomUUID } from 'node:crypto';
import { administrator, type Body, type Caller, demandInput, resultInput } from '../setup/api.ts';
import { projectInput, type Subjects } from './access-subjects.ts';

export interface AccessRequest {
  url: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Row {
  /** The status for each role, in the order of `roles`. */
  answers: string;
  /** A request that is right in everything but perhaps its caller. Asked for again after each success. */
  request(subjects: Subjects, caller: Caller): Promise<AccessRequest> | AccessRequest;
  /** The request ends the caller's session. */
  endsSession?: true;
}

/** The stranger enterprise lies in the demand market's territory, the stranger university in the result market's. */
export const roles = [
  'anonymous',
  'strangerEnterprise',
  'strangerUniversity',
  'enterprise',
  'university',
  'demandBroker',
  'resultBroker',
  'provinceDirector',
  'admin',
] as const;

const anybody = '200 200 200 200 200 200 200 200 200';
const staffOfDemandMarket = '401 404 404 404 404 200 404 200 200';
const signedIn = '401 200 200 200 200 200 200 200 200';

function at(url: string, body?: unknown): () => AccessRequest {
  return () => ({ url, body });
}

function ifMatch(record: Body): Record<string, string> {
  return { 'if-match': `"${record.version}"` };
}

const reason = { reason: '请补充材料' };
const government = { kind: 'government', name: '吴忠市科学技术局', regionCode: '640300' };
const certificate = { tier: 'high_tech', level: 'national', issuedOn: '2026-03-01' };

const entry: Record<string, Row> = {
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

const organizations: Record<string, Row> = {
  'GET /v1/organizations/{id}/members': {
    answers: '401 404 404 200 404 403 404 200 200',
    request: ({ world }) => ({ url: `/v1/organizations/${world.enterprise.organizationId}/members` }),
  },
  'POST /v1/organizations/{id}/members': {
    answers: '401 404 404 201 404 403 404 403 403',
    request: ({ world }) => ({ url: `/v1/organizations/${world.enterprise.organizationId}/members`, body: member() }),
  },
  'POST /v1/organizations/{id}/members (of a market)': {
    answers: '401 404 404 404 404 403 404 201 201',
    request: ({ world }) => ({
      url: `/v1/organizations/${world.demandMarket.id}/members`,
      body: { ...member(), role: 'broker' },
    }),
  },
  'DELETE /v1/organizations/{id}/members/{userId}': {
    answers: '401 404 404 204 404 403 404 403 403',
    request: async ({ world }) => {
      const url = `/v1/organizations/${world.enterprise.organizationId}/members`;
      return { url: `${url}/${(await world.enterprise.post(url, member())).body.id}` };
    },
  },
  'GET /v1/markets': { answers: anybody, request: at('/v1/markets') },
  'POST /v1/markets': {
    answers: '401 403 403 403 403 403 403 201 201',
    request: at('/v1/markets', { name: '枸杞产业市场', kind: 'specialised', regionCode: '640000' }),
  },
  'GET /v1/organizations': { answers: anybody, request: at('/v1/organizations') },
  'GET /v1/organizations (pending)': {
    answers: '403 403 403 403 403 200 200 200 200',
    request: at('/v1/organizations?status=pending'),
  },
  'POST /v1/organizations': {
    answers: '401 403 403 403 403 403 403 201 201',
    request: at('/v1/organizations', government),
  },
  'GET /v1/organizations/{id}': {
    answers: anybody,
    request: ({ world }) => ({ url: `/v1/organizations/${world.enterprise.organizationId}` }),
  },
  'GET /v1/organizations/{id} (pending)': {
    answers: '404 404 404 404 404 200 404 200 200',
    request: async (subjects) => ({ url: await organizationPath(subjects, 'pending') }),
  },
  'PATCH /v1/organizations/{id}': {
    answers: '401 403 403 200 403 403 403 403 403',
    request: async ({ world }) => {
      const url = `/v1/organizations/${world.enterprise.organizationId}`;
      return { url, body: { sizeBand: 'small' }, headers: ifMatch((await world.enterprise.get(url)).body) };
    },
  },
  'POST /v1/organizations/{id}/verify': {
    answers: '401 404 404 404 404 200 404 200 403',
    request: async (subjects) => ({ url: `${await organizationPath(subjects, 'pending')}/verify` }),
  },
  'POST /v1/organizations/{id}/suspend': {
    answers: '401 403 403 403 403 200 403 200 403',
    request: async (subjects) => ({ url: `${await organizationPath(subjects, 'verified')}/suspend`, body: reason }),
  },
  'POST /v1/organizations/{id}/reinstate': {
    answers: '401 404 404 404 404 200 404 200 403',
    request: async (subjects) => ({ url: `${await organizationPath(subjects, 'suspended')}/reinstate` }),
  },
  'POST /v1/organizations/{id}/tiers': {
    answers: '401 403 403 403 403 201 403 201 403',
    request: ({ world }) => ({ url: tiersOf(world.enterprise.organizationId), body: certificate }),
  },
  'DELETE /v1/organizations/{id}/tiers/{tierId}': {
    answers: '401 403 403 403 403 204 403 204 403',
    request: async ({ world }) => {
      const url = tiersOf(world.enterprise.organizationId);
      return { url: `${url}/${(await world.demandBroker.post(url, certificate)).body.id}` };
    },
  },
};

function member() {
  return { name: '成员', email: `${randomUUID()}@people.example`, password: 'a long enough password', role: 'member' };
}

function tiersOf(organizationId: string): string {
  return `/v1/organizations/${organizationId}/tiers`;
}

async function organizationPath(subjects: Subjects, state: 'pending' | 'verified' | 'suspended'): Promise<string> {
  return `/v1/organizations/${(await subjects.organization(state)).organizationId}`;
}

type State = 'draft' | 'submitted' | 'published';

/** The rows of demands and of results: the same life, with the columns of owner and broker exchanged. */
function recordRows(
  kind: 'demand' | 'result',
  input: object,
  answers: Record<'create' | 'draft' | 'submitted' | 'brokered' | 'owned' | 'closed' | 'matches', string>,
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
    [`POST ${path}/{id}/publish`]: { answers: answers.brokered, request: on('submitted', '/publish') },
    [`POST ${path}/{id}/return`]: { answers: answers.brokered, request: on('submitted', '/return', reason) },
    [`POST ${path}/{id}/reject`]: { answers: answers.brokered, request: on('submitted', '/reject', reason) },
    [`POST ${path}/{id}/withdraw`]: { answers: answers.owned, request: on('published', '/withdraw') },
    [`POST ${path}/{id}/close`]: { answers: answers.closed, request: on('published', '/close', { outcome: 'other' }) },
    [`POST ${path}/{id}/renew`]: { answers: answers.owned, request: on('published', '/renew', {}) },
    [`GET ${path}/{id}/matches`]: { answers: answers.matches, request: on('published', '/matches') },
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

const demands = recordRows('demand', demandInput, {
  create: '401 201 403 201 403 403 403 403 403',
  draft: '401 404 404 200 404 404 404 404 404',
  submitted: '404 404 404 200 404 200 404 200 404',
  brokered: '401 404 404 403 404 200 404 200 404',
  owned: '401 403 403 200 403 403 403 403 403',
  closed: '401 403 403 200 403 200 403 200 403',
  matches: '401 404 404 200 404 200 404 200 404',
});

const results = recordRows('result', resultInput, {
  create: '401 403 201 403 201 403 403 403 403',
  draft: '401 404 404 404 200 404 404 404 404',
  submitted: '404 404 404 404 200 404 200 404 404',
  brokered: '401 404 404 404 403 404 200 404 404',
  owned: '401 403 403 403 200 403 403 403 403',
  closed: '401 403 403 403 200 403 200 403 403',
  matches: '401 404 404 404 200 404 200 404 404',
});

const leads = '401 404 404 403 403 200 403 200 404';
const answersForParty = '401 404 404 200 200 403 403 403 404';
const concerned = '401 404 404 200 200 200 200 200 404';

const matches: Record<string, Row> = {
  'GET /v1/matches': { answers: '401 403 403 403 403 200 200 200 403', request: at('/v1/matches') },
  'GET /v1/matches/{id}': { answers: concerned, request: async (s) => ({ url: `/v1/matches/${await s.match()}` }) },
  'POST /v1/matches/{id}/shortlist': {
    answers: leads,
    request: async (subjects) => ({ url: `/v1/matches/${await subjects.match()}/shortlist` }),
  },
  'POST /v1/matches/{id}/dismiss': {
    answers: leads,
    request: async (subjects) => ({
      url: `/v1/matches/${await subjects.match()}/dismiss`,
      body: { reason: 'wrong_maturity' },
    }),
  },
  'POST /v1/matches/{id}/introductions': {
    answers: '401 404 404 201 201 201 403 201 404',
    request: async (subjects) => ({ url: `/v1/matches/${await subjects.match()}/introductions`, body: {} }),
  },
  'POST /v1/match-previews': {
    answers: '401 200 403 200 403 200 200 200 403',
    request: at('/v1/match-previews', { side: 'demand', title: '高纯铟的回收提纯' }),
  },
  'POST /v1/match-previews (of a result)': {
    answers: '401 403 200 403 200 200 200 200 403',
    request: at('/v1/match-previews', { side: 'result', title: '隔膜电解法制备高纯铟' }),
  },
  'POST /v1/match-refreshes': {
    answers: '401 403 403 403 403 403 403 202 202',
    request: at('/v1/match-refreshes', {}),
  },
  'POST /v1/match-refreshes (of the demand market)': {
    answers: '401 403 403 403 403 403 403 202 202',
    request: ({ world }) => ({ url: '/v1/match-refreshes', body: { marketId: world.demandMarket.id } }),
  },
  'GET /v1/jobs/{id}': { answers: '401 404 404 404 404 404 404 200 200', request: onJob() },
  'GET /v1/jobs/{id}/stream': { answers: '401 404 404 404 404 404 404 200 200', request: onJob('/stream') },
  'GET /v1/introductions': { answers: signedIn, request: at('/v1/introductions') },
  'GET /v1/introductions/{id}': { answers: concerned, request: onIntroduction('open') },
  'GET /v1/introductions/{id} (requested by the enterprise)': {
    answers: '401 404 404 200 404 200 404 200 404',
    request: onIntroduction('requested'),
  },
  'POST /v1/introductions/{id}/open': {
    answers: '401 404 404 403 404 200 404 200 404',
    request: onIntroduction('requested', '/open', {}),
  },
  'POST /v1/introductions/{id}/accept': { answers: answersForParty, request: onIntroduction('open', '/accept', {}) },
  'POST /v1/introductions/{id}/decline': {
    answers: answersForParty,
    request: onIntroduction('open', '/decline', { reason: 'too_early' }),
  },
};

/** A job of the demand market. */
function onJob(path = ''): Row['request'] {
  return async ({ world }) => {
    const { body } = await world.demandDirector.post('/v1/match-refreshes');
    return { url: `/v1/jobs/${body.id}${path}` };
  };
}

function onIntroduction(state: 'requested' | 'open' | 'accepted', step = '', body?: unknown) {
  return async (subjects: Subjects) => ({
    url: `/v1/introductions/${(await subjects.introduction(state)).id}${step}`,
    body,
  });
}

const insiders = '401 404 404 200 200 200 404 200 404';
const directors = '401 404 404 200 403 200 404 200 404';

const projects: Record<string, Row> = {
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

const sides = '401 404 404 200 200 403 404 403 404';
const reviewers = '401 404 404 403 403 200 404 200 404';

const contracts: Record<string, Row> = {
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

const savedSearchInput = { name: '枸杞', kind: 'result', q: '枸杞' };

async function onSavedSearch({ world }: Subjects): Promise<AccessRequest> {
  const { body } = await world.enterprise.post('/v1/saved-searches', savedSearchInput);
  return { url: `/v1/saved-searches/${body.id}` };
}

const webhookInput = { url: 'https://hooks.example.com/duijie' };

/** Of the enterprise. */
async function webhookOf({ world }: Subjects): Promise<Body> {
  return (await world.enterprise.post('/v1/webhooks', webhookInput)).body;
}

/** Made for each request and deleted by the next: an organization has twenty at most. */
function onWebhook(step = '', body?: unknown): Row['request'] {
  return async (subjects) => {
    const { items } = (await subjects.world.enterprise.get('/v1/webhooks')).body;
    for (const { id } of items) await subjects.world.enterprise.delete(`/v1/webhooks/${id}`);
    const webhook = await webhookOf(subjects);
    return { url: `/v1/webhooks/${webhook.id}${step}`, body, headers: body === undefined ? {} : ifMatch(webhook) };
  };
}

// Brokers of a market, and the platform's administrator, who belongs to no organization, manage none.
const managers = '401 200 200 200 200 403 403 200 403';
const ownManagers = '401 404 404 200 404 403 403 404 403';

const webhooks: Record<string, Row> = {
  'GET /v1/webhooks': { answers: managers, request: at('/v1/webhooks') },
  'POST /v1/webhooks': { answers: managers.replaceAll('200', '201'), request: at('/v1/webhooks', webhookInput) },
  'GET /v1/webhooks/{id}': { answers: ownManagers, request: onWebhook() },
  'PATCH /v1/webhooks/{id}': { answers: ownManagers, request: onWebhook('', { types: null }) },
  'DELETE /v1/webhooks/{id}': { answers: ownManagers.replace('200', '204'), request: onWebhook() },
  'POST /v1/webhooks/{id}/rotate-secret': { answers: ownManagers, request: onWebhook('/rotate-secret') },
  'POST /v1/webhooks/{id}/enable': {
    answers: ownManagers,
    request: async (subjects, caller) => {
      const request = await onWebhook('', { enabled: false })(subjects, caller);
      await subjects.world.enterprise.patch(request.url, request.body, request.headers);
      return { url: `${request.url}/enable` };
    },
  },
  'POST /v1/webhooks/{id}/test': { answers: ownManagers.replace('200', '202'), request: onWebhook('/test') },
  'GET /v1/webhooks/{id}/deliveries': { answers: ownManagers, request: onWebhook('/deliveries') },
  'POST /v1/webhooks/{id}/deliveries/{deliveryId}/redeliver': {
    answers: ownManagers.replace('200', '202'),
    request: async (subjects, caller) => {
      const { url } = await onWebhook()(subjects, caller);
      const { id } = (await subjects.world.enterprise.post(`${url}/test`)).body;
      return { url: `${url}/deliveries/${id}/redeliver` };
    },
  },
};

const other: Record<string, Row> = {
  'GET /v1/search/suggestions': { answers: anybody, request: at('/v1/search/suggestions?kind=demand&q=x') },
  'GET /v1/search/parked': { answers: '401 403 403 403 403 403 403 200 200', request: at('/v1/search/parked') },
  'POST /v1/search/parked/{id}/retry': {
    answers: '401 404 404 404 404 404 404 202 202',
    request: async (subjects) => ({ url: `/v1/search/parked/${await subjects.parkedDemand()}/retry` }),
  },
  'GET /v1/saved-searches': { answers: signedIn, request: at('/v1/saved-searches') },
  // The platform's administrator belongs to no organization.
  'POST /v1/saved-searches': {
    answers: '401 201 201 201 201 201 201 201 403',
    request: at('/v1/saved-searches', savedSearchInput),
  },
  'GET /v1/saved-searches/{id}': { answers: '401 404 404 200 404 404 404 404 404', request: onSavedSearch },
  'DELETE /v1/saved-searches/{id}': { answers: '401 404 404 204 404 404 404 404 404', request: onSavedSearch },
  'GET /v1/notifications': { answers: signedIn, request: at('/v1/notifications') },
  'GET /v1/notifications/summary': { answers: signedIn, request: at('/v1/notifications/summary') },
  'POST /v1/notifications/read': {
    answers: '401 404 404 200 404 404 404 404 404',
    request: async (subjects) => ({ url: '/v1/notifications/read', body: { upToId: await subjects.notice() } }),
  },
  'POST /v1/notifications/{id}/read': {
    answers: '401 404 404 200 404 404 404 404 404',
    request: async (subjects) => ({ url: `/v1/notifications/${await subjects.notice()}/read` }),
  },
  // An answer that does not end: access-matrix.test.ts opens it over a socket.
  'GET /v1/notification-preferences': { answers: signedIn, request: at('/v1/notification-preferences') },
  'PATCH /v1/notification-preferences': {
    answers: signedIn,
    request: () => ({
      url: '/v1/notification-preferences',
      body: { mail: { suggestions: 'weekly' } },
      headers: { 'if-match': '*' },
    }),
  },
  'GET /v1/unsubscribe/{token}': {
    answers: anybody,
    request: async (subjects) => ({ url: `/v1/unsubscribe/${await subjects.unsubscribeToken()}` }),
  },
  'GET /v1/unsubscribe/{token} (unknown)': {
    answers: '404 404 404 404 404 404 404 404 404',
    request: at('/v1/unsubscribe/AZLwxGseRMOdUj9sGitMXQEAAAAAAAAAAAAAAAAAAAAA'),
  },
  'POST /v1/unsubscribe/{token}': {
    answers: anybody,
    request: async (subjects) => ({
      url: `/v1/unsubscribe/${await subjects.unsubscribeToken()}`,
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  },
  'GET /v1/notifications/stream': { answers: signedIn, request: at('/v1/notifications/stream') },
  'GET /v1/dead-letters': { answers: '401 404 404 404 404 200 200 200 200', request: at('/v1/dead-letters') },
  'GET /v1/dead-letters/{id}': {
    answers: staffOfDemandMarket,
    request: async (subjects) => ({ url: `/v1/dead-letters/${await subjects.deadLetter()}` }),
  },
  'POST /v1/dead-letters/{id}/retry': {
    answers: staffOfDemandMarket,
    request: async (subjects) => ({ url: `/v1/dead-letters/${await subjects.deadLetter()}/retry` }),
  },
  'POST /v1/dead-letters/{id}/discard': {
    answers: staffOfDemandMarket,
    request: async (subjects) => ({
      url: `/v1/dead-letters/${await subjects.deadLetter()}/discard`,
      body: { reason: 'obsolete' },
    }),
  },
  'GET /v1/audit': {
    answers: '401 404 404 404 404 200 404 200 200',
    request: async (subjects) => ({ url: `/v1/audit?subject=${(await subjects.demand('published')).id}` }),
  },
  'GET /v1/match-observations': {
    answers: '401 403 403 403 403 403 403 403 200',
    request: at('/v1/match-observations'),
  },
  'GET /v1/vocabularies/{name}': { answers: anybody, request: at('/v1/vocabularies/trl') },
  'PUT /v1/vocabularies/{name}/terms/{code}': {
    answers: '401 403 403 403 403 403 403 403 200',
    request: at('/v1/vocabularies/regions/terms/640195', { zh: '某产业园区', parentCode: '640000' }),
  },
};

/**
 * Who gets which answer from every operation. A name is the operation's, and in brackets the state of what it is about
 * where that matters; an operation without a row fails the test.
 */
export const accessRows: Readonly<Record<string, Row>> = {
  ...entry,
  ...organizations,
  ...demands,
  ...results,
  ...matches,
  ...projects,
  ...contracts,
  ...webhooks,
  ...other,
};
