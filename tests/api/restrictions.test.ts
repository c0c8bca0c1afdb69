import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { expireRestrictions } from '../../src/credit/service.ts';
import { notifyTogether } from '../../src/notifications/service.ts';
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
import { acceptIntroduction, contractFields, contractProjectInput, makeContractProject } from '../setup/contracts.ts';
import { insertMatch } from '../setup/introductions.ts';
import { operationsOf } from '../setup/operations.ts';
import { addOfficer, lift, restrict, restrictionInput } from '../setup/restrictions.ts';
import { auditOf, countWrites, messagesAbout, rolledBack, settingsOf } from '../setup/rows.ts';

const logLines: string[] = [];
let api: TestApi;
let world: World;
let owner: pg.Client;
let officer: Person;
let colleague: Person;
let provinceOfficer: Person;
let farOfficer: Person;
let member: Person;

beforeAll(async () => {
  api = await startApi({}, { logLines });
  owner = new pg.Client({ connectionString: api.deps.databaseUrl });
  await owner.connect();
  world = await createWorld(api);
  officer = await addOfficer(api, world, '640300');
  colleague = await addMember(api, world.admin, officer.organizationId, 'officer');
  provinceOfficer = await addOfficer(api, world, '640000');
  farOfficer = await addOfficer(api, world, '210200');
  member = await addMember(api, world.strangerEnterprise, world.strangerEnterprise.organizationId, 'member');
});
afterAll(async () => {
  await owner?.end();
  await api?.close();
});

/** Of the enterprise that has no part in the other stories of this file. */
const restrictStranger = (changes: object = {}) => restrict(officer, world.strangerEnterprise.organizationId, changes);

describe('imposing', () => {
  it('says who restricts whom until when, in one row, one entry of the trail and one message', async () => {
    const restriction = await restrictStranger({ fromOn: '2026-11-20' });
    expect(restriction).toMatchObject({
      ...restrictionInput,
      organizationId: world.strangerEnterprise.organizationId,
      organizationName: '红寺堡某公司',
      status: 'in_force',
      appeal: 'none',
      fromOn: '2026-11-20',
      endsAt: '2027-11-30T16:00:00.000Z',
      imposedByOrganizationId: officer.organizationId,
      imposedByName: '科学技术局640300',
    });
    expect(await auditOf(api, restriction.id)).toEqual(['restriction.impose']);
    expect(await messagesAbout(api, restriction.id)).toEqual(['restriction.imposed']);
    await lift(officer, restriction);
  });

  it('is refused to others than officers of the region and the administrator, and for what cannot be, and writes nothing', async () => {
    const organizationId = world.strangerEnterprise.organizationId;
    const before = await countWrites(api);
    const attempt = async (by: Caller, changes: object = {}) => {
      const { status, body } = await by.post('/v1/restrictions', { organizationId, ...restrictionInput, ...changes });
      return body.errors === undefined ? status : `${status} ${body.errors.map((fault: Body) => fault.pointer)}`;
    };
    expect(await attempt(api.anonymous)).toBe(401);
    for (const by of [farOfficer, world.demandDirector, world.strangerEnterprise, world.provinceDirector])
      expect(await attempt(by)).toBe(403);
    expect(await attempt(officer, { organizationId: restrictionInput.kind })).toBe('422 /organizationId');
    expect(await attempt(officer, { organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d' })).toBe(404);
    expect(await attempt(officer, { organizationId: world.demandMarket.id })).toBe('422 /organizationId');
    expect(await attempt(officer, { kind: 'unknown' })).toBe('422 /kind');
    expect(await attempt(officer, { untilOn: '2026-11-22' })).toBe('422 /untilOn');
    expect(await attempt(officer, { fromOn: '2026-11-24' })).toBe('422 /fromOn');
    expect(await attempt(officer, { evidence: '   ' })).toBe('422 /evidence');
    expect(await countWrites(api)).toEqual(before);
    const { rows } = await owner.query("select count(*)::int as n from restrictions where status = 'in_force'");
    expect(rows[0].n).toBe(0);
  });
});

const verbs = ['lift', 'appeal', 'uphold', 'overturn'] as const;
type Verb = (typeof verbs)[number];
const appeals = ['none', 'appealed', 'upheld', 'overturned'] as const;
const statuses = ['in_force', 'lifted', 'expired', 'over'] as const;

/** What a verb makes of a state, written apart from the code; null: 409. `over` is in force by its row and past its term. */
function written(verb: Verb, status: (typeof statuses)[number], appeal: (typeof appeals)[number]): string | null {
  const shown = status === 'over' ? 'expired' : status;
  if (verb === 'lift') return shown === 'in_force' ? `lifted ${appeal}` : null;
  if (verb === 'appeal') return shown === 'in_force' && appeal === 'none' ? 'in_force appealed' : null;
  if (appeal !== 'appealed') return null;
  if (verb === 'uphold') return `${shown} upheld`;
  return `${shown === 'in_force' ? 'lifted' : shown} overturned`;
}

describe.each(verbs)('%s', (verb) => {
  let restriction: Body;
  beforeAll(async () => {
    restriction = await restrictStranger();
  });
  afterAll(async () => {
    await owner.query("update restrictions set status = 'lifted' where id = $1", [restriction.id]);
  });

  async function putIn(status: string, appeal: string): Promise<void> {
    await owner.query(`update restrictions set status = $2, appeal = $3, ends_at = $4 where id = $1`, [
      restriction.id,
      status === 'over' ? 'in_force' : status,
      appeal,
      status === 'over' ? api.clock.now() : restriction.endsAt,
    ]);
  }

  async function act(caller: Caller): Promise<Answer> {
    const url = `/v1/restrictions/${restriction.id}`;
    if (verb === 'lift') return await caller.post(`${url}/lift`, { reason: '已整改' });
    if (verb === 'appeal') return await caller.post(`${url}/appeal`, { grounds: '我单位并不知情' });
    return await caller.post(`${url}/decide`, { outcome: verb === 'uphold' ? 'upheld' : 'overturned', reason: '复核' });
  }

  test.each(statuses)('of one that is %s moves it as written, or changes nothing, whoever asks', async (status) => {
    const deciding = verb === 'appeal' ? 'refused' : 'may';
    const readers: [Caller, 'may' | 'refused' | 404 | 401][] = [
      [officer, verb === 'lift' ? 'may' : 'refused'],
      [colleague, deciding],
      [world.admin, deciding],
      [world.strangerEnterprise, verb === 'appeal' ? 'may' : 'refused'],
      [member, 'refused'],
      [world.demandBroker, 'refused'],
      [farOfficer, 404],
      [api.anonymous, 401],
    ];
    for (const appeal of appeals) {
      const expected = written(verb, status, appeal);
      for (const [at, [caller, right]] of readers.entries()) {
        await putIn(status, appeal);
        const before = await countWrites(api);
        const answer = await act(caller);
        const wanted = typeof right === 'number' ? right : right === 'refused' ? 403 : expected === null ? 409 : 200;
        expect([at, appeal, answer.status], JSON.stringify(answer.body)).toEqual([at, appeal, wanted]);
        if (wanted === 200) {
          expect(`${answer.body.status} ${answer.body.appeal}`).toBe(expected);
          expect((await auditOf(api, restriction.id)).at(-1)).toBe(`restriction.${verb}`);
          const type = { lift: 'lifted', appeal: 'appealed', uphold: 'upheld', overturn: 'overturned' }[verb];
          expect((await messagesAbout(api, restriction.id)).at(-1)).toBe(`restriction.${type}`);
        } else {
          expect(await countWrites(api)).toEqual(before);
        }
      }
    }
  });
});

test('a stale If-Match is refused, and the reasons are shown to those who may read them', async () => {
  const restriction = await restrictStranger();
  const url = `/v1/restrictions/${restriction.id}`;
  const stale = await officer.post(`${url}/lift`, { reason: '已整改' }, { 'if-match': '"7"' });
  expect(stale.status).toBe(412);
  await world.strangerEnterprise.post(`${url}/appeal`, { grounds: '我单位并不知情' });
  const decided = await colleague.post(`${url}/decide`, { outcome: 'overturned', reason: '证据不足' });
  expect(decided.body).toMatchObject({ status: 'lifted', appeal: 'overturned', appealGrounds: '我单位并不知情' });
  expect((await member.get(url)).body.decisionReason).toBe('证据不足');
  expect((await officer.get('/v1/restrictions?status=lifted&appeal=overturned')).body.items[0].id).toBe(restriction.id);
  expect((await officer.get('/v1/restrictions?status=in_force')).body.items).toEqual([]);
  for (const by of [farOfficer, world.resultBroker, world.university])
    expect((await by.get('/v1/restrictions')).body.items).toEqual([]);
});

/** Everything that the sides of one pair could do next. */
interface Stage {
  draft: string;
  submitted: string;
  ownResult: string;
  asked: string;
  toOpen: string;
  toAccept: string;
  toDecline: string;
  declined: string;
  accepted: string;
  agreement: object;
  ready: string;
  contract: string;
}

/** A path and a body for each verb, the callers that try it, and its name in the trail. */
type Attempts = Record<string, { url: string; body?: object; by: Caller; verb: string }>;

async function setStage(): Promise<Stage> {
  const { enterprise, university, demandBroker, resultBroker } = world;
  const made = async (by: Caller, url: string, body?: unknown): Promise<string> => {
    const answer = await by.post(url, body);
    if (answer.status >= 300) throw new Error(`${url} ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const result = await publishResult(university, resultBroker);
  const match = async () => insertMatch(api, await publishDemand(enterprise, demandBroker), result);
  const open = async () => made(demandBroker, `/v1/matches/${await match()}/introductions`, {});
  const submitted = await made(enterprise, '/v1/demands', demandInput);
  await made(enterprise, `/v1/demands/${submitted}/submit`);
  const ready = (await makeContractProject(api, world)).project.id;
  const share = (person: Person, role: string) => ({
    organizationId: person.organizationId,
    role,
    workShare: 50,
    benefitShare: 50,
  });
  await demandBroker.put(`/v1/projects/${ready}/parties`, {
    parties: [share(enterprise, 'lead'), share(university, 'partner')],
  });
  const declined = await open();
  await made(enterprise, `/v1/introductions/${declined}/decline`, { reason: 'other' });
  const accepted = (await acceptIntroduction(api, world)).introduction.id;
  const { version, sha256 } = (await enterprise.get(`/v1/introductions/${accepted}/agreement`)).body.text;
  return {
    draft: await made(enterprise, '/v1/demands', demandInput),
    submitted,
    ownResult: result.id,
    asked: await match(),
    toOpen: await made(enterprise, `/v1/matches/${await match()}/introductions`, {}),
    toAccept: await open(),
    toDecline: await open(),
    declined,
    accepted,
    agreement: { version, sha256 },
    ready,
    contract: await made(enterprise, '/v1/contracts', {
      ...contractFields,
      projectId: (await makeContractProject(api, world)).project.id,
    }),
  };
}

function attemptsOf(stage: Stage): Attempts {
  const { enterprise, demandBroker } = world;
  return {
    submit: { url: `/v1/demands/${stage.draft}/submit`, by: enterprise, verb: 'demand.submit' },
    publish: { url: `/v1/demands/${stage.submitted}/publish`, by: demandBroker, verb: 'demand.publish' },
    preview: {
      url: '/v1/match-previews',
      body: { side: 'demand', title: demandInput.title },
      by: enterprise,
      verb: 'match.preview',
    },
    ask: { url: `/v1/matches/${stage.asked}/introductions`, body: {}, by: enterprise, verb: 'introduction.request' },
    introduce: {
      url: `/v1/matches/${stage.asked}/introductions`,
      body: {},
      by: demandBroker,
      verb: 'introduction.open',
    },
    open: { url: `/v1/introductions/${stage.toOpen}/open`, body: {}, by: demandBroker, verb: 'introduction.open' },
    reopen: {
      url: `/v1/introductions/${stage.declined}/reopen`,
      body: { reason: '企业愿意再谈' },
      by: demandBroker,
      verb: 'introduction.reopen',
    },
    accept: {
      url: `/v1/introductions/${stage.toAccept}/accept`,
      body: {},
      by: enterprise,
      verb: 'introduction.accept',
    },
    decline: {
      url: `/v1/introductions/${stage.toDecline}/decline`,
      body: { reason: 'other' },
      by: enterprise,
      verb: 'introduction.decline',
    },
    agree: {
      url: `/v1/introductions/${stage.accepted}/agreement/accept`,
      body: stage.agreement,
      by: enterprise,
      verb: 'agreement.accept',
    },
    found: { url: '/v1/projects', body: contractProjectInput(stage.accepted), by: enterprise, verb: 'project.create' },
    activate: { url: `/v1/projects/${stage.ready}/activate`, by: enterprise, verb: 'project.activate' },
    sign: { url: `/v1/contracts/${stage.contract}/submit`, by: enterprise, verb: 'contract.submit' },
  };
}

describe('while a restriction is in force', () => {
  let stage: Stage;
  let attempts: Attempts;
  beforeAll(async () => {
    stage = await setStage();
    attempts = attemptsOf(stage);
  });

  async function refusedVerbs(restriction: Body): Promise<string[]> {
    const { rows } = await owner.query<{ verb: string }>(
      `select details ->> 'verb' as verb from audit_entries
       where subject_id = $1 and action = 'restriction.refuse' order by id`,
      [restriction.id],
    );
    return rows.map((row) => row.verb);
  }

  it('its organization is refused every act, in words of its own, each tried use stands once an hour in the trail, and nothing else is written', async () => {
    const restriction = await restrict(officer, world.enterprise.organizationId);
    const before = await countWrites(api);
    for (const time of [1, 2]) {
      for (const [name, { url, body, by }] of Object.entries(attempts)) {
        const answer = await by.post(url, body, { 'idempotency-key': `${name}-${restriction.id}` });
        expect([name, answer.status, answer.body.state, time]).toEqual([name, 409, 'credit_restricted', time]);
        expect(answer.body.detail).toContain('2027-11-30');
        expect(answer.body.detail).not.toContain('检测报告');
      }
    }
    expect(await refusedVerbs(restriction)).toEqual(
      Object.values(attempts)
        .map((attempt) => attempt.verb)
        .filter((verb, at, all) => !(verb === 'introduction.open' && all.indexOf(verb) !== at)),
    );
    const after = await countWrites(api);
    expect([after.messages - before.messages, after.audit - before.audit]).toEqual([0, 12]);
    // People may still write to each other, to wind down what was begun.
    expect((await world.enterprise.post(`/v1/introductions/${stage.accepted}/messages`, { text: '暂停' })).status).toBe(
      201,
    );
    const english = await world.enterprise.post(attempts.submit?.url ?? '', undefined, { 'accept-language': 'en' });
    expect(english.body.detail).toContain('Your organization is under a credit restriction until 2027-11-30');
    api.clock.advance({ hours: 1, seconds: 1 });
    await world.enterprise.post(attempts.submit?.url ?? '');
    expect((await refusedVerbs(restriction)).filter((verb) => verb === 'demand.submit')).toHaveLength(2);
    await lift(officer, restriction);
  });

  it('a counterparty is refused what would bring it further, in words that do not tell, and may decline', async () => {
    const restriction = await restrict(world.admin, world.university.organizationId);
    for (const name of ['ask', 'introduce', 'open', 'reopen', 'accept', 'agree', 'found', 'activate', 'sign']) {
      const { url, body, by } = attempts[name] ?? { url: '', by: api.anonymous };
      const answer = await by.post(url, body);
      expect([name, answer.status, answer.body.state]).toEqual([name, 409, 'unavailable']);
      expect(JSON.stringify(answer.body)).not.toMatch(/限制|restrict|2027-11-30/);
    }
    const result = await world.resultBroker.get(`/v1/restrictions/${restriction.id}`);
    expect(result.status).toBe(200);
    expect((await world.enterprise.get(`/v1/restrictions/${restriction.id}`)).status).toBe(404);
    expect((await api.anonymous.get(`/v1/results/${stage.ownResult}`)).status).toBe(200);
    for (const name of ['submit', 'decline']) {
      const { url, body, by } = attempts[name] ?? { url: '', by: api.anonymous };
      expect([name, (await by.post(url, body)).status]).toEqual([name, 200]);
    }
    await lift(world.admin, restriction);
  });

  it('all goes on from the very moment at which the term ends, before any sweep, which then tells of it once', async () => {
    const restriction = await restrict(officer, world.enterprise.organizationId, { untilOn: '2026-11-23' });
    const untilEndMs = Date.parse(restriction.endsAt) - api.clock.now().getTime();
    api.clock.advance({ seconds: untilEndMs / 1000 - 1 });
    expect((await world.enterprise.post(attempts.activate?.url ?? '')).status).toBe(409);
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'expire-restrictions' });
    expect(await expireRestrictions(ctx)).toBe(0);
    api.clock.advance({ seconds: 1 });
    expect((await world.enterprise.get(`/v1/restrictions/${restriction.id}`)).body.status).toBe('expired');
    for (const name of ['publish', 'open', 'reopen', 'accept', 'agree', 'found', 'activate', 'sign']) {
      const { url, body, by } = attempts[name] ?? { url: '', by: api.anonymous };
      const answer = await by.post(url, body);
      expect([name, Math.floor(answer.status / 100)], JSON.stringify(answer.body)).toEqual([name, 2]);
    }
    const sweeps = await Promise.all([1, 2, 3].map(() => expireRestrictions(ctx)));
    expect(sweeps.reduce((sum, count) => sum + count)).toBe(1);
    expect(await expireRestrictions(ctx)).toBe(0);
    expect((await messagesAbout(api, restriction.id)).filter((type) => type === 'restriction.expired')).toHaveLength(1);
    expect((await auditOf(api, restriction.id)).filter((action) => action !== 'restriction.refuse')).toEqual([
      'restriction.impose',
      'restriction.expire',
    ]);
  });
});

describe('what is confidential of a restriction', () => {
  const secrets = { evidence: 'Qzevidence', reference: 'Qzreference', grounds: 'Qzgrounds', decision: 'Qzdecision' };
  let restriction: Body;
  beforeAll(async () => {
    restriction = await restrictStranger({
      evidence: `证据 ${secrets.evidence}`,
      evidenceReferences: [{ title: secrets.reference, url: 'https://bureau.example/12' }],
    });
    const url = `/v1/restrictions/${restriction.id}`;
    await world.strangerEnterprise.post(`${url}/appeal`, { grounds: `理由 ${secrets.grounds}` });
    await colleague.post(`${url}/decide`, { outcome: 'upheld', reason: `维持 ${secrets.decision}` });
    await world.strangerEnterprise.post('/v1/demands', demandInput).then(async ({ body }) => {
      expect((await world.strangerEnterprise.post(`/v1/demands/${body.id}/submit`)).status).toBe(409);
    });
  });

  it('is read by the organization, its market, bureaus of its region and the administrator', async () => {
    for (const reader of [member, world.demandBroker, world.provinceDirector, officer, provinceOfficer, world.admin]) {
      const text = JSON.stringify((await reader.get(`/v1/restrictions/${restriction.id}`)).body);
      expect(Object.values(secrets).filter((secret) => !text.includes(secret))).toEqual([]);
    }
  });

  it('is found nowhere by anybody else, nor in a notice, the trail or the log', async () => {
    const { rows } = await api.deps.pool.query<{ id: string }>(
      "select id from deliveries where handler = 'notify' and status = 'pending' order by id",
    );
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'notify' });
    for (let at = 0; at < rows.length; at += 50)
      await notifyTogether(
        ctx,
        rows.slice(at, at + 50).map((row) => row.id),
        { suggestionsPerDay: 50 },
      );
    const ids = [restriction.id, world.strangerEnterprise.organizationId];
    const urls = operationsOf(api)
      .filter(({ method, path }) => method === 'GET' && !path.endsWith('/stream'))
      .flatMap(({ path }) => ids.map((id) => path.replace('{name}', 'restriction-kinds').replace(/\{\w+\}/g, id)))
      .concat(['/v1/notifications?limit=100', ...ids.map((id) => `/v1/audit?subject=${id}`)]);
    const readers = [world.enterprise, world.university, world.resultBroker, farOfficer, api.anonymous];
    for (const reader of readers) {
      for (const url of urls) {
        const text = JSON.stringify(await reader.get(url));
        expect([url, Object.values(secrets).filter((secret) => text.includes(secret))]).toEqual([url, []]);
      }
    }
    const { rows: tables } = await owner.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'bullmq')",
    );
    for (const secret of Object.values(secrets)) {
      const holding: string[] = [];
      for (const { name } of tables) {
        const { rowCount } = await owner.query(`select 1 from ${name} t where t::text like $1 limit 1`, [
          `%${secret}%`,
        ]);
        if (rowCount) holding.push(name);
      }
      expect([secret, holding]).toEqual([secret, ['public.restriction_confidential']]);
      expect(logLines.filter((line) => line.includes(secret))).toEqual([]);
    }
  });

  it('is kept by the database from a query that forgets to ask, and nobody deletes a restriction', async () => {
    const seenBy = (organizationId: string, marketIds: readonly string[], actor = '') =>
      rolledBack(api.deps.pool, settingsOf({ organizationId, marketIds, actor }), async (client) => {
        const { rowCount } = await client.query('select 1 from restriction_confidential where restriction_id = $1', [
          restriction.id,
        ]);
        return rowCount;
      });
    const { rows } = await owner.query<{ id: string }>('select id from users where administrator');
    expect(await seenBy(world.strangerEnterprise.organizationId, [])).toBe(1);
    expect(await seenBy(world.demandMarket.id, [world.demandMarket.id])).toBe(1);
    expect(await seenBy(provinceOfficer.organizationId, [])).toBe(1);
    expect(await seenBy('', [], `user:${rows[0]?.id}`)).toBe(1);
    expect(await seenBy(farOfficer.organizationId, [])).toBe(0);
    expect(await seenBy(world.enterprise.organizationId, [])).toBe(0);
    expect(await seenBy(world.resultMarket.id, [world.resultMarket.id])).toBe(0);
    expect(await seenBy('', [], `user:${world.enterprise.userId}`)).toBe(0);
    await expect(api.deps.pool.query('delete from restrictions')).rejects.toThrow(/permission denied/);
  });

  it('is not in its notices, which reach its admins, its market and the bureau, and nobody else', async () => {
    const { rows } = await owner.query<{ type: string; user_id: string; params: Body }>(
      'select type, user_id, params from notifications where subject_id = $1',
      [restriction.id],
    );
    const reached = [world.strangerEnterprise, world.demandBroker, world.demandDirector, officer, colleague];
    for (const type of ['restriction.imposed', 'restriction.appealed', 'restriction.upheld']) {
      const told = rows.filter((row) => row.type === type);
      expect(told.map((row) => row.user_id).sort()).toEqual(reached.map((person) => person.userId).sort());
      expect(told[0]?.params).toEqual({ organizationName: '红寺堡某公司', untilOn: '2027-11-30' });
    }
  });
});
