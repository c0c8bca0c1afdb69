import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { ensureAdministrator } from '../../src/auth/service.ts';
import { readConfig } from '../../src/config.ts';
import { createDeps, type Deps } from '../../src/deps.ts';
import { createLog } from '../../src/log.ts';
import type { MatchIndex } from '../../src/matches/service.ts';
import { ensureRootMarket } from '../../src/organizations/service.ts';
import { createMatchIndex } from '../../workers/readers/match-index.ts';
import { TestClock } from './clock.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { responseChecker } from './response-schema.ts';

export const administrator = { email: 'admin@duijie.example', password: 'correct horse battery' };

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape; each is held against its schema first.
export type Body = any;

export interface Answer {
  status: number;
  body: Body;
  headers: Record<string, unknown>;
}

type Headers = Record<string, string>;

/** The API as one caller uses it. */
export interface Caller {
  get(url: string, headers?: Headers): Promise<Answer>;
  post(url: string, body?: unknown, headers?: Headers): Promise<Answer>;
  patch(url: string, body: unknown, headers?: Headers): Promise<Answer>;
  put(url: string, body: unknown, headers?: Headers): Promise<Answer>;
  delete(url: string, body?: unknown, headers?: Headers): Promise<Answer>;
}

export interface TestApi {
  app: FastifyInstance;
  deps: Deps;
  clock: TestClock;
  /** Set for an application that has one. */
  matchIndex: MatchIndex | null;
  anonymous: Caller;
  as(token: string): Caller;
  signIn(email: string, password: string): Promise<Caller & { token: string; session: Body }>;
  close(): Promise<void>;
}

/**
 * The whole application on a database of its own, without workers; nothing listens. Errors are logged to the terminal;
 * with `logLines`, everything down to trace goes there instead. `withIndex` lends it a matching index, as workers in its
 * process would. `database` is one to start on instead of a new one; it is dropped at the end all the same.
 */
export async function startApi(
  environment: Record<string, string> = {},
  options: { logLines?: string[]; withIndex?: boolean; database?: TestDatabase } = {},
): Promise<TestApi> {
  const database = options.database ?? (await createTestDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), 'duijie-api-'));
  const config = readConfig({
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    // All requests of a suite come from one address.
    RATE_LIMIT_PER_MINUTE: '1000000',
    ...environment,
  });
  const clock = new TestClock();
  const { logLines } = options;
  const log =
    logLines === undefined
      ? createLog({ logLevel: 'error' })
      : createLog({ logLevel: 'trace' }, { write: (line) => void logLines.push(line) });
  const deps = await createDeps(config, { log, clock });
  const ctx = deps.ctxFor({ kind: 'system', name: 'start' });
  await ensureRootMarket(ctx);
  await ensureAdministrator(ctx, administrator);
  const matching = options.withIndex ? createMatchIndex(deps) : null;
  matching?.reader.start();
  const app = await buildApp(deps, matching === null ? {} : { matchIndex: matching.index });
  await app.ready();
  const check = responseChecker(app);

  function caller(token: string | null): Caller {
    async function send(
      method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
      url: string,
      payload: unknown,
      headers: Headers = {},
    ): Promise<Answer> {
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
      const request: InjectOptions = { method, url, headers: { ...authorization, ...headers } };
      if (payload !== undefined) request.payload = payload as NonNullable<InjectOptions['payload']>;
      const response = await app.inject(request);
      const isJson = /[/+]json/.test(String(response.headers['content-type']));
      const text = response.body === '' ? null : response.body;
      const body: unknown = isJson && text !== null ? JSON.parse(text) : text;
      check(method, url, response.statusCode, body, String(response.headers['content-type']));
      return { status: response.statusCode, body, headers: response.headers };
    }
    return {
      get: (url, headers) => send('GET', url, undefined, headers),
      post: (url, body, headers) => send('POST', url, body, headers),
      patch: (url, body, headers) => send('PATCH', url, body, headers),
      put: (url, body, headers) => send('PUT', url, body, headers),
      delete: (url, body, headers) => send('DELETE', url, body, headers),
    };
  }

  const anonymous = caller(null);
  return {
    app,
    deps,
    clock,
    matchIndex: matching?.index ?? null,
    anonymous,
    as: caller,
    signIn: async (email, password) => {
      const answer = await anonymous.post('/v1/sessions', { email, password });
      if (answer.status !== 201) throw new Error(`sign-in of ${email}: ${JSON.stringify(answer.body)}`);
      return { ...caller(answer.body.token), token: answer.body.token, session: answer.body };
    },
    close: async () => {
      await app.close();
      await matching?.reader.stop();
      await deps.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type Person = Awaited<ReturnType<TestApi['signIn']>> & { organizationId: string; userId: string };

/** The people of the story: two sides in two markets under a province, and strangers to both. */
export interface World {
  admin: Person;
  province: Body;
  demandMarket: Body;
  resultMarket: Body;
  provinceDirector: Person;
  demandBroker: Person;
  demandDirector: Person;
  resultBroker: Person;
  enterprise: Person;
  university: Person;
  strangerEnterprise: Person;
  strangerUniversity: Person;
}

const password = 'a long enough password';

export async function registerOrganization(
  api: TestApi,
  kind: 'enterprise' | 'university',
  regionCode: string,
  name: string,
): Promise<Person> {
  const email = `${randomUUID()}@people.example`;
  const answer = await api.anonymous.post('/v1/registrations', {
    organization: { name, kind, regionCode, contact: { name: `${name}联系人`, phone: '13800000000' } },
    user: { name: `${name}管理员`, email, password },
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  const signedIn = await api.signIn(email, password);
  return { ...signedIn, organizationId: answer.body.organization.id, userId: answer.body.user.id };
}

export async function addMember(api: TestApi, by: Caller, organizationId: string, role: string): Promise<Person> {
  const email = `${randomUUID()}@people.example`;
  const answer = await by.post(`/v1/organizations/${organizationId}/members`, { name: role, email, password, role });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return { ...(await api.signIn(email, password)), organizationId, userId: answer.body.id };
}

/** Ningxia (640000) with a market in Wuzhong (640300) for the enterprise; Hunan's Changsha (430100) for the university. */
export async function createWorld(api: TestApi): Promise<World> {
  const admin = { ...(await api.signIn(administrator.email, administrator.password)), organizationId: '', userId: '' };
  const market = async (name: string, regionCode: string) =>
    (await admin.post('/v1/markets', { name, regionCode })).body;
  const province = await market('宁夏科技大市场', '640000');
  const demandMarket = await market('吴忠市科技大市场', '640300');
  const resultMarket = await market('长沙科技大市场', '430100');
  const provinceDirector = await addMember(api, admin, province.id, 'director');
  const demandBroker = await addMember(api, admin, demandMarket.id, 'broker');
  const demandDirector = await addMember(api, admin, demandMarket.id, 'director');
  const resultBroker = await addMember(api, admin, resultMarket.id, 'broker');
  const enterprise = await registerOrganization(api, 'enterprise', '640302', '利通区某枸杞乳业公司');
  const university = await registerOrganization(api, 'university', '430104', '岳麓某大学');
  const strangerEnterprise = await registerOrganization(api, 'enterprise', '640303', '红寺堡某公司');
  const strangerUniversity = await registerOrganization(api, 'university', '430104', '岳麓另一大学');
  for (const person of [enterprise, strangerEnterprise])
    await demandBroker.post(`/v1/organizations/${person.organizationId}/verify`);
  for (const person of [university, strangerUniversity])
    await resultBroker.post(`/v1/organizations/${person.organizationId}/verify`);
  return {
    admin,
    province,
    demandMarket,
    resultMarket,
    provinceDirector,
    demandBroker,
    demandDirector,
    resultBroker,
    enterprise,
    university,
    strangerEnterprise,
    strangerUniversity,
  };
}

export const demandInput = {
  title: '枸杞鲜奶活性成分保持',
  summary: '低温工艺下保持枸杞多糖与玉米黄素活性的功能乳制品。',
  problem: '巴氏杀菌后枸杞多糖保留率低于 60 %，货架期内沉淀明显。',
  keyTechnology: '膜分离与微胶囊包埋',
  indicators: [{ name: '枸杞多糖保留率', comparator: '>=', value: 85, unit: '%', mustHave: true }],
  keywords: ['枸杞', '功能乳', '多糖'],
  technologyFields: ['206'],
  cooperationModes: ['joint_development', 'commissioned_development'],
  budget: { minCny: 600_000, maxCny: 900_000, negotiable: false },
  targetTrl: 6,
  confidentiality: { anonymous: false, detail: '机密细节：配方编号甲' },
  contact: { name: '马工', phone: '13900000001', email: 'ma@dairy.example' },
};

export const resultInput = {
  title: '微胶囊化玉米黄素的乳体系应用',
  summary: '枸杞玉米黄素与多糖的微胶囊包埋，用于功能乳制品。',
  description: '采用膜分离富集枸杞多糖，微胶囊包埋后经巴氏杀菌，多糖保留率 91 %，货架期 21 天无沉淀。',
  indicators: [{ name: '枸杞多糖保留率', value: 91, unit: '%' }],
  keywords: ['枸杞', '微胶囊', '功能乳'],
  technologyFields: ['206'],
  applicationIndustries: ['14'],
  trl: 6,
  stage: 'pilot',
  ipr: [{ kind: 'invention', status: 'granted' }],
  cooperationModes: ['joint_development', 'licence'],
  price: { minCny: 500_000, maxCny: 800_000, negotiable: true },
  exclusivity: 'non_exclusive',
  confidentiality: { detail: '机密细节：壁材配比乙' },
  contact: { name: '李教授', phone: '13900000002', email: 'li@university.example' },
};

async function publish(path: 'demands' | 'results', owner: Caller, broker: Caller, input: object): Promise<Body> {
  const made = await owner.post(`/v1/${path}`, input);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  for (const answer of [
    await owner.post(`/v1/${path}/${made.body.id}/submit`),
    await broker.post(`/v1/${path}/${made.body.id}/publish`),
  ]) {
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }
  return (await owner.get(`/v1/${path}/${made.body.id}`)).body;
}

export function publishDemand(owner: Caller, broker: Caller, input: object = demandInput): Promise<Body> {
  return publish('demands', owner, broker, input);
}

export function publishResult(owner: Caller, broker: Caller, input: object = resultInput): Promise<Body> {
  return publish('results', owner, broker, input);
}
