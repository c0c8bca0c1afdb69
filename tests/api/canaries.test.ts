import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deskCategories } from '../../src/desk/inputs.ts';
import { workerParts } from '../../workers/parts.ts';
import { startWorkers, type Workers } from '../../workers/start-workers.ts';
import {
  type Answer,
  addMember,
  type Body,
  type Caller,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { Collector } from '../setup/collector.ts';
import { nextTopic } from '../setup/matching.ts';
import { fillPath, operationsOf } from '../setup/operations.ts';
import { Receiver } from '../setup/receiver.ts';
import { rolledBack, settingsOf } from '../setup/rows.ts';
import { createWebhook } from '../setup/webhooks.ts';

/** One string in every confidential field. None of them is a word of any other field. */
const demandSecrets = {
  contactName: 'Qzcontact1',
  contactPhone: '15912340001',
  contactEmail: 'qzmail1@canary.example',
  detail: 'Qzdetail1',
  decisionOwner: 'Qzdecision1',
  preferredPartner: 'Qzpartner1',
  minCny: '1234577',
  maxCny: '1876543',
  creditCode: '91640302MACANARY7X',
  organizationContactName: 'Qzoffice1',
  organizationContactPhone: '15912340002',
  organizationContactEmail: 'qzmail2@canary.example',
  fileName: 'Qzfile1',
} as const;
const resultSecrets = {
  contactName: 'Qzcontact2',
  contactPhone: '15912340003',
  contactEmail: 'qzmail3@canary.example',
  detail: 'Qzdetail2',
  minCny: '1345679',
  maxCny: '1765437',
  inventorPhone: '15912340004',
  inventorEmail: 'qzmail4@canary.example',
  fileName: 'Qzfile2',
} as const;
/** What is said and sent in the introduction: for its parties and their markets. */
const said = { text: 'Qzsaid1', fileName: 'Qzsent1' } as const;
/** What the demand's enterprise answers a bureau that gathers, why the bureau chose it, and why it gathers something else no more. */
const gathered = { answer: 'Qzanswer1', reason: 'Qzselected1', cancelReason: 'Qzcancelled1' } as const;
/** In the files themselves. */
const fileText = 'Qzbytes';
const anonymousName = 'Qzanonymous枸杞公司';

const logLines: string[] = [];
const collector = new Collector();
/** The university's own program. */
const program = new Receiver();
let api: TestApi;
let world: World;
let workers: Workers;
let owner: pg.Client;
let hidden: Person;
let colleague: Person;
let officer: Person;
let address: string;
let streams: Map<string, Followed>;
let story: { demand: Body; result: Body; match: Body; introduction: Body; message: Body; campaigns: string[] };

beforeAll(async () => {
  await collector.start();
  await program.start();
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '25');
  api = await startApi({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, WEBHOOK_ALLOW_PRIVATE: 'yes' }, { logLines });
  vi.unstubAllEnvs();
  owner = new pg.Client({ connectionString: api.deps.databaseUrl });
  await owner.connect();
  world = await createWorld(api);
  await api.deps.searchIndex.ensureIndexes();
  workers = startWorkers(api.deps, workerParts(api.deps));
  await workers.ready;
  hidden = await registerHidden();
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
  const government = { kind: 'government', name: '宁夏科学技术厅', regionCode: '640000' };
  const bureau = (await world.admin.post('/v1/organizations', government)).body;
  officer = await addMember(api, world.admin, bureau.id, 'officer');
  address = await api.app.listen({ port: 0, host: '127.0.0.1' });
  streams = new Map();
  const { university, demandBroker, resultBroker, enterprise, strangerUniversity } = world;
  for (const [name, person] of Object.entries({
    university,
    hidden,
    demandBroker,
    resultBroker,
    enterprise,
    strangerUniversity,
    officer,
  })) {
    streams.set(name, await follow(person, '/v1/notifications/stream'));
  }
  await createWebhook(university, program.url('/told'));
  story = await tellStory();
}, 240_000);
afterAll(async () => {
  await workers.close();
  await owner.end();
  await api.close();
  await Promise.all([collector.close(), program.close()]);
});

/** The enterprise that posts its demand anonymously. */
async function registerHidden(): Promise<Person> {
  const email = 'hidden@people.example';
  const password = 'a long enough password';
  const answer = await api.anonymous.post('/v1/registrations', {
    organization: {
      name: anonymousName,
      kind: 'enterprise',
      regionCode: '640302',
      creditCode: demandSecrets.creditCode,
      contact: {
        name: demandSecrets.organizationContactName,
        phone: demandSecrets.organizationContactPhone,
        email: demandSecrets.organizationContactEmail,
      },
    },
    user: { name: '管理员', email, password },
  });
  const organizationId = answer.body.organization.id;
  await world.demandBroker.post(`/v1/organizations/${organizationId}/verify`);
  return { ...(await api.signIn(email, password)), organizationId, userId: answer.body.user.id };
}

/** A match, shortlisted and introduced; the university has accepted, the enterprise has not answered yet. */
async function tellStory(): Promise<typeof story> {
  const topic = nextTopic();
  const result = await publishResult(world.university, world.resultBroker, {
    ...topic.result,
    contact: {
      name: resultSecrets.contactName,
      phone: resultSecrets.contactPhone,
      email: resultSecrets.contactEmail,
    },
    confidentiality: { detail: resultSecrets.detail },
    price: { minCny: Number(resultSecrets.minCny), maxCny: Number(resultSecrets.maxCny), negotiable: false },
    inventors: [{ name: '李教授', phone: resultSecrets.inventorPhone, email: resultSecrets.inventorEmail }],
  });
  const demand = await publishDemand(hidden, world.demandBroker, {
    ...topic.demand,
    contact: {
      name: demandSecrets.contactName,
      phone: demandSecrets.contactPhone,
      email: demandSecrets.contactEmail,
    },
    confidentiality: { anonymous: true, detail: demandSecrets.detail },
    decisionOwner: demandSecrets.decisionOwner,
    preferredPartners: [demandSecrets.preferredPartner],
    excludedOrganizations: [world.strangerUniversity.organizationId],
    budget: { minCny: Number(demandSecrets.minCny), maxCny: Number(demandSecrets.maxCny), negotiable: false },
  });
  for (const [person, url] of [
    [hidden, `/v1/demands/${demand.id}/attachments/${demandSecrets.fileName}`],
    [world.university, `/v1/results/${result.id}/attachments/${resultSecrets.fileName}`],
  ] as const)
    expect((await person.put(url, fileText)).status).toBe(200);
  const match = await vi.waitFor(async () => {
    // A job that is tried again waits for this clock.
    api.clock.advance({ seconds: 1 });
    const list = await world.demandBroker.get(`/v1/matches?demandId=${demand.id}&resultId=${result.id}`);
    expect(list.body.items).toHaveLength(1);
    return list.body.items[0];
  }, patience);
  await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`);
  const introduction = await world.demandBroker.post(`/v1/matches/${match.id}/introductions`, {
    message: '请双方交流',
  });
  expect(introduction.status).toBe(201);
  const accepted = await world.university.post(`/v1/introductions/${introduction.body.id}/accept`, {});
  expect(accepted.status).toBe(200);
  const conversation = `/v1/introductions/${introduction.body.id}/messages`;
  const message = (await hidden.post(conversation, { text: said.text })).body;
  expect((await hidden.put(`${conversation}/${message.id}/attachments/${said.fileName}`, fileText)).status).toBe(200);
  const campaigns = [await gather(demand), await gather(null)];
  await settled();
  return { demand, result, match, introduction: introduction.body, message, campaigns };
}

/** A campaign of the bureau's that chose this demand; or one that it gave up. */
async function gather(demand: Body | null): Promise<string> {
  const question = { code: 'why', zh: '为何', en: 'Why', kind: 'text', required: false };
  const form = {
    title: '需求征集',
    text: '面向全区企业。',
    regionCode: '640000',
    deadline: '2027-12-31T00:00:00.000Z',
  };
  const { id } = (await officer.post('/v1/campaigns', { ...form, questions: [question] })).body;
  const url = `/v1/campaigns/${id}`;
  expect((await officer.post(`${url}/open`)).status).toBe(200);
  if (demand === null) await officer.post(`${url}/cancel`, { reason: gathered.cancelReason });
  else {
    const entry = await hidden.post(`${url}/entries`, { demandId: demand.id, answers: { why: gathered.answer } });
    const selection = { entryId: entry.body.id, list: 'selected_projects', reason: gathered.reason };
    expect((await officer.post(`${url}/selections`, selection)).status).toBe(201);
  }
  return id;
}

/** What a stream has said so far, headers and all. */
interface Followed {
  text: string;
  ended: Promise<void>;
}

async function follow(person: Person, path: string): Promise<Followed> {
  const response = await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${person.token}` } });
  expect(response.status).toBe(200);
  const followed: Followed = { text: JSON.stringify([...response.headers]), ended: Promise.resolve() };
  const decoder = new TextDecoder();
  followed.ended = (async () => {
    for await (const chunk of response.body ?? [])
      followed.text += decoder.decode(chunk as Uint8Array, { stream: true });
  })();
  return followed;
}

const patience = { timeout: 60_000, interval: 25 };

/** All that is owed has been done, and the index has the demand. */
async function settled(): Promise<void> {
  await vi.waitFor(async () => {
    api.clock.advance({ seconds: 1 });
    const { rows } = await owner.query(
      `select (select count(*)::int from deliveries where status in ('pending', 'published')) as owed,
              (select count(*)::int from search_documents) as documents`,
    );
    expect(rows[0].owed).toBe(0);
    expect(rows[0].documents).toBeGreaterThanOrEqual(2);
  }, patience);
}

interface Leak {
  url: string;
  secret: string;
}

/** Everything that a reader can get with GET: every operation with every id at hand, and the queries that tell most. */
async function readAll(reader: Caller, secrets: readonly string[]): Promise<{ url: string; answer: Answer }[]> {
  const { demand, result, match, introduction } = story;
  const organizations = [hidden.organizationId, world.university.organizationId, world.demandMarket.id];
  const ids = [demand.id, result.id, match.id, introduction.id, hidden.userId, ...organizations];
  const words = encodeURIComponent(demand.title);
  const queries: Record<string, string[]> = {
    '/v1/demands': ['?limit=100', '?view=mine', '?view=desk&limit=100', `?regionCode=${demand.regionCode}`],
    '/v1/results': ['?limit=100', '?view=mine', '?view=desk&limit=100'],
    '/v1/organizations': ['?limit=100', '?kind=enterprise', '?regionCode=640302'],
    '/v1/search/demands': [`?q=${words}&facets=technologyField,cooperationMode,region&highlight=true`, '?limit=100'],
    '/v1/search/results': [`?q=${words}&facets=technologyField,cooperationMode,region&highlight=true`, '?limit=100'],
    '/v1/search/suggestions': ['demand', 'result'].flatMap((kind) =>
      [words, ...secrets.map(encodeURIComponent)].map((q) => `?kind=${kind}&q=${q}`),
    ),
    '/v1/matches': ['?limit=100&nearMisses=true', `?demandId=${demand.id}`, `?resultId=${result.id}`],
    '/v1/desk': ['?scope=all&minScore=0'],
    '/v1/desk/{category}': ['?scope=all&minScore=0&limit=100'],
    '/v1/audit': [...ids, ...story.campaigns].map((id) => `?subject=${id}&limit=100`),
    '/v1/notifications': ['?limit=100'],
  };
  for (const kind of ['demands', 'results'])
    queries[`/v1/search/${kind}`]?.push(...secrets.map((secret) => `?q=${encodeURIComponent(secret)}&highlight=true`));
  const urls = operationsOf(api)
    .filter(({ method, path }) => method === 'GET' && path !== '/v1/notifications/stream')
    .flatMap(({ path }) =>
      fillPath(path, {
        id: path.startsWith('/v1/campaigns/') ? story.campaigns : ids,
        milestoneId: [match.id],
        changeId: [match.id],
        messageId: [story.message.id],
        submissionId: [match.id],
        name: ['regions', 'technology-fields', demandSecrets.fileName, resultSecrets.fileName, said.fileName],
        category: deskCategories,
        number: ['0'],
        token: ['unknown'],
      }).flatMap((url) => (queries[path] ?? ['']).map((query) => `${url}${query}`)),
    );
  const answers: { url: string; answer: Answer }[] = [];
  for (const url of urls) answers.push({ url, answer: await reader.get(url) });
  return answers;
}

function leaksIn(answers: readonly { url: string; answer: Answer }[], secrets: readonly string[]): Leak[] {
  return answers.flatMap(({ url, answer }) => {
    const text = JSON.stringify(answer);
    return secrets.filter((secret) => text.includes(secret)).map((secret) => ({ url, secret }));
  });
}

/** Whose organization a demand is, is not said; that the organization exists, is. */
function exceptOrganizationPages(answers: readonly { url: string; answer: Answer }[]) {
  return answers.filter(
    ({ url }) => url !== `/v1/organizations/${hidden.organizationId}` && !url.startsWith('/v1/organizations?'),
  );
}

/** The owner of one record is the other side of the other. */
function filesOf(kind: 'demands' | 'results', answers: readonly { url: string; answer: Answer }[]) {
  return answers.filter(({ url }) => url.startsWith(`/v1/${kind}/`));
}

const outsiders = (): Record<string, Caller> => ({
  anonymous: api.anonymous,
  'a stranger enterprise': world.strangerEnterprise,
  'a stranger university': world.strangerUniversity,
  'another enterprise of the same territory': world.enterprise,
});

describe('before both parties have accepted', () => {
  it.each([
    'anonymous',
    'a stranger enterprise',
    'a stranger university',
    'another enterprise of the same territory',
    'the other side',
    "the other side's broker",
    'a colleague of the other side',
    'the bureau that gathered it',
  ])(
    '%s finds nothing confidential of the demand anywhere',
    async (name) => {
      const readers: Record<string, Caller> = {
        ...outsiders(),
        'the other side': world.university,
        "the other side's broker": world.resultBroker,
        'a colleague of the other side': colleague,
        'the bureau that gathered it': officer,
      };
      const reader = readers[name] as Caller;
      const secrets = Object.values(demandSecrets);
      const answers = await readAll(reader, secrets);
      expect(answers.filter(({ answer }) => answer.status === 200).length).toBeGreaterThan(10);
      expect(answers.filter(({ answer }) => answer.status >= 500)).toEqual([]);
      expect(leaksIn(answers, secrets)).toEqual([]);
      expect(leaksIn(filesOf('demands', answers), [fileText])).toEqual([]);
      const takesPart = reader === world.university || reader === world.resultBroker;
      expect(leaksIn(answers, takesPart ? [] : Object.values(said))).toEqual([]);
      expect(leaksIn(answers, reader === officer ? [] : Object.values(gathered))).toEqual([]);
      expect(leaksIn(exceptOrganizationPages(answers), ['Qzanonymous', hidden.organizationId])).toEqual([]);
    },
    120_000,
  );

  it.each([
    'anonymous',
    'a stranger enterprise',
    'a stranger university',
    'the other side',
    "the other side's broker",
    'a colleague of the owner',
  ])(
    '%s finds nothing confidential of the result anywhere',
    async (name) => {
      const readers: Record<string, Caller> = {
        ...outsiders(),
        'the other side': hidden,
        "the other side's broker": world.demandBroker,
        'a colleague of the owner': colleague,
      };
      const reader = readers[name] as Caller;
      const secrets = Object.values(resultSecrets);
      const answers = await readAll(reader, secrets);
      expect(answers.filter(({ answer }) => answer.status === 200).length).toBeGreaterThan(10);
      expect(leaksIn(answers, secrets)).toEqual([]);
      expect(leaksIn(filesOf('results', answers), [fileText])).toEqual([]);
      const { answer, ...reasons } = gathered;
      const mayReadAnswer = reader === hidden || reader === world.demandBroker;
      expect(leaksIn(answers, [...Object.values(reasons), ...(mayReadAnswer ? [] : [answer])])).toEqual([]);
    },
    120_000,
  );

  it('the owners and their brokers do see what they wrote, so that the canaries are there to be found', async () => {
    const demand = { url: 'demand', answer: await hidden.get(`/v1/demands/${story.demand.id}`) };
    const organization = {
      url: 'own',
      answer: await world.demandBroker.get(`/v1/organizations/${hidden.organizationId}`),
    };
    const files = { url: 'files', answer: await hidden.get(`/v1/demands/${story.demand.id}/attachments`) };
    const seen = new Set(
      leaksIn([demand, organization, files], Object.values(demandSecrets)).map((leak) => leak.secret),
    );
    expect(seen).toEqual(new Set(Object.values(demandSecrets)));
    const result = { url: 'result', answer: await world.resultBroker.get(`/v1/results/${story.result.id}`) };
    const own = `/v1/results/${story.result.id}/attachments`;
    const kept = { url: 'files', answer: await world.university.get(own) };
    const found = new Set(leaksIn([result, kept], Object.values(resultSecrets)).map((leak) => leak.secret));
    expect(found).toEqual(new Set(Object.values(resultSecrets)));
    expect((await world.university.get(`${own}/${resultSecrets.fileName}`)).body).toBe(fileText);
    const [chosen, cancelled] = story.campaigns.map((id) => `/v1/campaigns/${id}`);
    for (const reader of [hidden, world.demandBroker, officer, world.provinceDirector])
      expect(JSON.stringify((await reader.get(`${chosen}/entries`)).body)).toContain(gathered.answer);
    for (const reader of [officer, world.provinceDirector]) {
      expect(JSON.stringify((await reader.get(`${chosen}/report`)).body)).toContain(gathered.reason);
      expect((await reader.get(`${cancelled}`)).body.cancelReason).toBe(gathered.cancelReason);
    }
  });

  it('a search for a secret finds no record, for anybody', async () => {
    const secrets = [...Object.values(demandSecrets), ...Object.values(resultSecrets), 'Qzanonymous'];
    for (const reader of [api.anonymous, world.university, hidden, world.demandBroker]) {
      for (const secret of secrets) {
        for (const kind of ['demands', 'results']) {
          const answer = await reader.get(`/v1/search/${kind}?q=${encodeURIComponent(secret)}&facets=region`);
          expect([secret, answer.body.total, answer.body.items, answer.body.facets.region ?? {}]).toEqual([
            secret,
            0,
            [],
            {},
          ]);
        }
      }
    }
  }, 60_000);
});

describe('what is streamed', () => {
  it('tells each reader of what concerns them and nothing confidential, not even what they may read elsewhere', async () => {
    const secrets = [demandSecrets, resultSecrets, said, gathered].flatMap((each) => Object.values<string>(each));
    for (const name of ['university', 'hidden', 'demandBroker', 'resultBroker']) {
      await vi.waitFor(() => expect(streams.get(name)?.text).toContain(`"id":"${story.match.id}"`), patience);
      await vi.waitFor(() => expect(streams.get(name)?.text).toContain('introduction.'), patience);
    }
    for (const [name, { text }] of streams) {
      expect([name, secrets.filter((secret) => text.includes(secret))]).toEqual([name, []]);
      const mayName = name === 'hidden' || name === 'demandBroker';
      const named = ['Qzanonymous', hidden.organizationId].filter((secret) => !mayName && text.includes(secret));
      expect([name, named]).toEqual([name, []]);
    }
    for (const name of ['enterprise', 'strangerUniversity']) {
      expect(streams.get(name)?.text).not.toContain(story.demand.title);
    }
  });

  it('of a job is how far it is, and no record', async () => {
    const job = (await world.admin.post('/v1/match-refreshes')).body;
    const followed = await follow(world.admin, `/v1/jobs/${job.id}/stream`);
    await followed.ended;
    expect(followed.text).toContain('"status":"done"');
    const said = [...Object.values(demandSecrets), ...Object.values(resultSecrets), 'Qzanonymous', story.demand.title];
    expect(said.filter((secret) => followed.text.includes(secret))).toEqual([]);
  });
});

describe('what is traced', () => {
  it('goes from a request over the outbox and its job to the notice, and on to the call of an endpoint', async () => {
    const request = `POST /v1/results/:id/publish`;
    const trace = await vi.waitFor(async () => {
      const spans = collector.traceOf(request);
      expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['POST webhook', 'process notify']));
      return spans;
    }, patience);
    const [root] = trace.filter(({ parentSpanId = '' }) => parentSpanId === '');
    expect(root).toMatchObject({ name: request, facts: { 'http.route': '/v1/results/:id/publish' } });
    const below = (parent: string) =>
      trace.filter((span) => trace.some((one) => one.name === parent && one.spanId === span.parentSpanId));
    const namesBelow = (parent: string) => new Set(below(parent).map(({ name }) => name));
    expect(namesBelow(request)).toEqual(
      new Set(
        ['notify', 'refresh-matches', 'deliver-webhook']
          .flatMap((handler) => [`publish ${handler}`, `process ${handler}`])
          .concat('publishResult'),
      ),
    );
    expect(namesBelow('process deliver-webhook')).toContain('POST webhook');
    const { rows: told } = await owner.query<{ type: string }>(
      'select n.type from notifications n join messages m on m.id = n.message_id where m.traceparent = $1',
      [`00-${root?.traceId}-${root?.spanId}-01`],
    );
    expect(told).toContainEqual({ type: 'result.published' });
    const calls = below('process deliver-webhook').map((span) => `00-${span.traceId}-${span.spanId}-01`);
    const received = program.received.filter(({ headers }) => calls.includes(headers.traceparent ?? ''));
    const types = received.map(({ body }) => JSON.parse(body).type);
    expect(types).toContain('result.published');
    // Of the two publications the one whose refresh comes first makes the match.
    expect(types.filter((type) => type !== 'result.published' && type !== 'match.suggested')).toEqual([]);
  });

  it('goes on where a job causes something new: from a publication to the notice of the match that it made', async () => {
    const { rows } = await owner.query<{ traceparent: string }>(
      `select m.traceparent from notifications n join messages m on m.id = n.message_id
       where n.type = 'match.suggested' and n.subject_id = $1`,
      [story.match.id],
    );
    const traceIds = new Set(rows.map(({ traceparent }) => traceparent.split('-')[1]));
    const publications = ['demands', 'results'].map((list) => collector.traceOf(`POST /v1/${list}/:id/publish`));
    expect(traceIds.size).toBe(1);
    expect(publications.map((spans) => spans[0]?.traceId)).toEqual(expect.arrayContaining([...traceIds]));
  });

  it('takes no part in a trace that a stranger begins', async () => {
    const theirs = '4bf92f3577b34da6a3ce929d0e0e4736';
    const sent = { traceparent: `00-${theirs}-00f067aa0ba902b7-01` };
    const { headers } = await api.anonymous.get('/v1/vocabularies/technology-fields', sent);
    await vi.waitFor(() => {
      const spans = collector.spans.filter(({ facts }) => facts['duijie.request_id'] === headers['x-request-id']);
      expect(spans).toHaveLength(1);
      expect(spans[0]?.traceId).not.toBe(theirs);
    }, patience);
  });

  it('is nothing confidential, of nobody, and no address', () => {
    expect(collector.spans.length).toBeGreaterThan(100);
    const all = [demandSecrets, resultSecrets, said, gathered].flatMap((secrets) => Object.values<string>(secrets));
    const secrets = [...all, fileText, 'Qzanonymous', story.demand.title, program.url(''), '@', '127.0.0.1'];
    expect(secrets.filter((secret) => collector.text.includes(secret))).toEqual([]);
    for (const person of [hidden, world.admin, world.university]) {
      for (const secret of [person.token, person.userId, person.organizationId])
        expect(secret !== '' && collector.text.includes(secret)).toBe(false);
    }
  });
});

describe('what is stored', () => {
  /** Tables with a row that holds the text, as the owner of the database sees them. */
  async function tablesWith(text: string): Promise<string[]> {
    const { rows: tables } = await owner.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema in ('public', 'bullmq') and table_type = 'BASE TABLE' order by 1`,
    );
    expect(tables.map((table) => table.name)).toEqual(
      expect.arrayContaining(['public.messages', 'public.deliveries', 'public.search_documents', 'public.matches']),
    );
    expect(tables.some((table) => table.name.startsWith('bullmq.'))).toBe(true);
    const holding: string[] = [];
    for (const { name } of tables) {
      const { rowCount } = await owner.query(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${text}%`]);
      if (rowCount) holding.push(name.replace('public.', ''));
    }
    return holding;
  }

  it('of every secret is in one table, its own: in no message, delivery, job, notice, match, index or audit entry', async () => {
    const {
      preferredPartner,
      creditCode,
      organizationContactName,
      organizationContactPhone,
      organizationContactEmail,
    } = demandSecrets;
    const places: Record<string, string> = {
      [preferredPartner]: 'demands',
      [creditCode]: 'organizations',
      [organizationContactName]: 'organization_contacts',
      [organizationContactPhone]: 'organization_contacts',
      [organizationContactEmail]: 'organization_contacts',
      [demandSecrets.fileName]: 'attachments',
      [resultSecrets.fileName]: 'attachments',
    };
    for (const secret of Object.values(demandSecrets))
      expect([secret, await tablesWith(secret)]).toEqual([secret, [places[secret] ?? 'demand_confidential']]);
    for (const secret of Object.values(resultSecrets))
      expect([secret, await tablesWith(secret)]).toEqual([secret, [places[secret] ?? 'result_confidential']]);
    expect(await tablesWith(gathered.answer)).toEqual(['campaign_answers_confidential']);
    expect(await tablesWith(gathered.reason)).toEqual(['campaign_selections']);
    expect((await tablesWith(gathered.cancelReason)).sort()).toEqual(['audit_entries', 'campaigns']);
    expect(await tablesWith(said.text)).toEqual(['conversation_texts']);
    expect(await tablesWith(said.fileName)).toEqual(['conversation_files']);
    expect(await tablesWith(fileText)).toEqual([]);
  }, 60_000);

  it('of the hidden name is in notices to its own market alone', async () => {
    expect((await tablesWith('Qzanonymous')).filter((name) => name !== 'organizations')).toEqual(['notifications']);
    const { rows } = await owner.query<{ user_id: string }>(
      `select distinct user_id from notifications where params::text like '%Qzanonymous%'`,
    );
    const allowed = [world.demandBroker, world.demandDirector, world.provinceDirector, hidden].map((one) => one.userId);
    for (const { user_id } of rows) expect(allowed).toContain(user_id);
  });

  it('in the log is the course of requests, and no secret', () => {
    expect(logLines.length).toBeGreaterThan(100);
    expect(logLines.some((line) => line.includes('"answered"'))).toBe(true);
    const all = [demandSecrets, resultSecrets, said, gathered].flatMap((secrets) => Object.values<string>(secrets));
    const secrets = [...all, fileText, 'Qzanonymous'].filter((secret) =>
      logLines.some((line) => line.includes(secret)),
    );
    expect(secrets).toEqual([]);
    for (const person of [hidden, world.admin])
      expect(logLines.some((line) => line.includes(person.token))).toBe(false);
    expect(logLines.some((line) => line.includes('a long enough password'))).toBe(false);
  });

  it('in the log about a query that failed names the failure, and not the values', async () => {
    await owner.query('alter table demand_confidential add constraint refuse_all check (false) not valid');
    try {
      const before = logLines.length;
      const answer = await world.enterprise.post('/v1/demands', {
        ...demandInput,
        confidentiality: { detail: 'Qzfailing' },
        decisionOwner: 'Qzfailing',
      });
      expect(answer.status).toBe(500);
      expect(JSON.stringify(answer)).not.toContain('Qzfailing');
      const lines = logLines.slice(before).join('');
      expect(lines).toContain('request failed');
      expect(lines).toContain('refuse_all');
      expect(lines).not.toContain('Qzfailing');
      expect(lines).not.toContain(demandInput.contact.phone);
    } finally {
      await owner.query('alter table demand_confidential drop constraint refuse_all');
    }
  });
});

/** As the application's role, with what `core/transaction.ts` tells about an actor. */
async function visible(table: string, actor: { organizationId?: string; marketIds?: string[] } = {}): Promise<number> {
  return await rolledBack(api.deps.pool, settingsOf(actor), async (client) => {
    const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    return rows[0]?.count ?? -1;
  });
}

describe('row-level security', () => {
  const confidentialTables = ['demand_confidential', 'result_confidential', 'organization_contacts'] as const;

  it.each([...confidentialTables, 'demand_exclusions', 'campaign_answers_confidential', 'idempotency_keys'])(
    'gives nobody a row of %s who does not say who asks',
    async (table) => {
      await hidden.post('/v1/demands', demandInput, { 'idempotency-key': `rls-${table}` });
      const all = await owner.query(`select 1 from ${table}`);
      expect(all.rowCount).toBeGreaterThan(0);
      const { rows } = await api.deps.pool.query(`select * from ${table}`);
      expect(rows).toEqual([]);
      expect(await visible(table)).toBe(0);
    },
  );

  it('gives an organization its own rows and a market those of its territory', async () => {
    expect(await visible('demand_confidential', { organizationId: world.strangerEnterprise.organizationId })).toBe(0);
    expect(await visible('demand_confidential', { organizationId: world.university.organizationId })).toBe(0);
    expect(await visible('demand_confidential', { marketIds: [world.resultMarket.id] })).toBe(0);
    expect(await visible('demand_confidential', { organizationId: hidden.organizationId })).toBeGreaterThan(0);
    expect(await visible('demand_confidential', { marketIds: [world.demandMarket.id] })).toBeGreaterThan(0);
    const answers = 'campaign_answers_confidential';
    for (const { organizationId } of [hidden, officer]) expect(await visible(answers, { organizationId })).toBe(1);
    for (const { organizationId } of [world.university, world.strangerEnterprise, world.enterprise])
      expect(await visible(answers, { organizationId })).toBe(0);
    expect(await visible(answers, { marketIds: [world.demandMarket.id] })).toBe(1);
    expect(await visible(answers, { marketIds: [world.resultMarket.id] })).toBe(0);
    expect(await visible('organization_contacts', { organizationId: hidden.organizationId })).toBe(1);
    expect(await visible('demand_exclusions', { organizationId: hidden.organizationId })).toBe(1);
    expect(await visible('demand_exclusions', { marketIds: [world.demandMarket.id] })).toBe(1);
    expect(await visible('demand_exclusions', { marketIds: [world.resultMarket.id] })).toBe(0);
    expect(await visible('demand_exclusions', { organizationId: world.strangerUniversity.organizationId })).toBe(0);
  });

  it.each([
    "update audit_entries set action = 'nothing'",
    'delete from audit_entries',
    'truncate audit_entries',
    "update messages set type = 'nothing'",
    'truncate messages cascade',
    'drop table demand_confidential',
    'alter table demand_confidential disable row level security',
    'drop policy demand_confidential_read on demand_confidential',
  ])('and its roles do not let the application "%s"', async (statement) => {
    await expect(api.deps.pool.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('holds for writes: nobody changes what they may not see', async () => {
    const { rowCount } = await api.deps.pool.query(`update demand_confidential set detail = 'changed'`);
    expect(rowCount).toBe(0);
    const { rows } = await owner.query('select detail from demand_confidential where demand_id = $1', [
      story.demand.id,
    ]);
    expect(rows).toEqual([{ detail: demandSecrets.detail }]);
  });
});

describe('after both parties have accepted', () => {
  beforeAll(async () => {
    const answer = await hidden.post(`/v1/introductions/${story.introduction.id}/accept`, {});
    expect(answer.body.status).toBe('accepted');
    await settled();
  });

  it('each party sees the contact, the detail and the name of the other', async () => {
    const byUniversity = JSON.stringify(await world.university.get(`/v1/demands/${story.demand.id}`));
    for (const name of ['contactName', 'contactPhone', 'contactEmail', 'detail', 'minCny', 'maxCny'] as const)
      expect(byUniversity).toContain(demandSecrets[name]);
    expect(byUniversity).toContain(anonymousName);
    const byEnterprise = JSON.stringify(await hidden.get(`/v1/results/${story.result.id}`));
    const { fileName, ...seen } = resultSecrets;
    for (const secret of Object.values(seen)) expect(byEnterprise).toContain(secret);
    expect(byEnterprise).not.toContain(fileName);
  });

  it('a party sees no more than the audience of a counterparty has: neither decision owner nor preferred partners', async () => {
    const answers = await readAll(world.university, []);
    const { decisionOwner, preferredPartner, creditCode } = demandSecrets;
    const kept = [decisionOwner, preferredPartner, creditCode, ...Object.values(gathered)];
    expect(leaksIn(answers, kept)).toEqual([]);
    const aboutStory = answers.filter(({ url }) => [story.demand, story.match].some(({ id }) => url.includes(id)));
    expect(leaksIn(aboutStory, [world.strangerUniversity.organizationId, 'xcluded'])).toEqual([]);
    const { organizationId } = world.university;
    expect(await visible('demand_confidential', { organizationId })).toBe(1);
    expect(await visible('demand_exclusions', { organizationId })).toBe(0);
  }, 120_000);

  it.each(['anonymous', 'a stranger enterprise', 'a stranger university', 'another enterprise of the same territory'])(
    '%s still finds nothing',
    async (name) => {
      const secrets = [...Object.values(demandSecrets), ...Object.values(resultSecrets)];
      const answers = await readAll(outsiders()[name] as Caller, []);
      expect(leaksIn(answers, secrets)).toEqual([]);
      expect(leaksIn(exceptOrganizationPages(answers), ['Qzanonymous', hidden.organizationId])).toEqual([]);
    },
    120_000,
  );

  it('a colleague who does not own the result finds nothing of it, and not the introduction', async () => {
    const answers = await readAll(colleague, []);
    expect(leaksIn(answers, Object.values(resultSecrets))).toEqual([]);
    const introduction = answers.find(({ url }) => url === `/v1/introductions/${story.introduction.id}`);
    expect(introduction?.answer.status).toBe(404);
  }, 120_000);
});
