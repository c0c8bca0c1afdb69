import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { type Body, createWorld, type Person, startApi, type TestApi, type World } from '../setup/api.ts';
import { type Matching, startMatching, suggestMatch } from '../setup/matching.ts';
import { listOf, type Observation, observationsOf, placesOf, suggestCrowd } from '../setup/observations.ts';

const logLines: string[] = [];
let api: TestApi;
let world: World;
let matching: Matching;
let owner: pg.Client;

beforeAll(async () => {
  api = await startApi({}, { logLines });
  world = await createWorld(api);
  matching = startMatching(api);
  owner = new pg.Client({ connectionString: api.deps.databaseUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await matching.stop();
  await api.close();
});
afterEach(() => void logLines.splice(0));

/** Reads with a process of its own, which has written what was seen when it has ended. */
async function read(token: string, ...urls: string[]): Promise<{ status: number; body: Body }[]> {
  const app = await buildApp(api.deps);
  const answers = [];
  for (const url of urls) {
    const answer = await app.inject({ url, headers: { authorization: `Bearer ${token}` } });
    answers.push({ status: answer.statusCode, body: answer.json() });
  }
  await app.close();
  return answers;
}

/** Looks of this organization at a match, without those that setting up the story took. */
async function looksAt(match: Body, by: string): Promise<Observation[]> {
  const rows = await observationsOf(api, match.id);
  return rows.filter(({ action, organizationId }) => ['shown', 'viewed'].includes(action) && organizationId === by);
}

function organizationOf(person: Person): string {
  return person.organizationId;
}

describe('a list that is read', () => {
  it('is observed page by page, with the place on the whole list, in the background of the running program', async () => {
    const { demands } = await suggestCrowd(world, matching);
    const path = `/v1/demands/${demands[0].id}/matches?limit=2`;
    const first = (await world.enterprise.get(path)).body;
    const second = (await world.enterprise.get(`${path}&cursor=${first.nextCursor}`)).body;
    const items: Body[] = [...first.items, ...second.items];
    expect(items).toHaveLength(3);
    for (const [index, match] of items.entries()) {
      const looks = await vi.waitFor(async () => {
        const rows = await looksAt(match, organizationOf(world.enterprise));
        expect(rows).toHaveLength(1);
        return rows;
      });
      expect(looks[0]).toMatchObject({
        action: 'shown',
        actor: 'demand',
        list: 'demand',
        listPosition: index + 1,
        listLength: 3,
        score: match.score,
        contributions: match.contributions,
        matchStatus: 'suggested',
        demandPosition: index + 1,
        demandListLength: 3,
      });
    }
  });

  it('is observed for each side under its own list, and on the desk among all of the territory', async () => {
    const { demands, results } = await suggestCrowd(world, matching);
    const desk = (await world.provinceDirector.get('/v1/matches?limit=100')).body.items.map(({ id }: Body) => id);
    const [match] = await listOf(world.university, `results/${results[1].id}`);
    await read(world.university.token, `/v1/results/${results[1].id}/matches`);
    await read(world.resultBroker.token, `/v1/results/${results[1].id}/matches`);
    await read(world.demandDirector.token, '/v1/matches?limit=100');
    const places = await placesOf(world, match);
    const inResult = { list: 'result', listPosition: places.resultPosition, listLength: 2, ...places };
    const ofUniversity = await looksAt(match, organizationOf(world.university));
    expect(ofUniversity).toMatchObject([{ actor: 'result', ...inResult }]);
    expect(await looksAt(match, world.resultMarket.id)).toMatchObject([{ actor: 'result_broker', ...inResult }]);
    const ofMarket = await looksAt(match, world.demandMarket.id);
    expect(ofMarket).toMatchObject([
      { actor: 'broker', list: 'desk', listPosition: desk.indexOf(match.id) + 1, listLength: desk.length },
    ]);
    expect(demands).toHaveLength(2);
  });

  it('with filters has the place among what they leave; a near miss has none in the lists without', async () => {
    const { demands } = await suggestCrowd(world, matching);
    const path = `demands/${demands[0].id}`;
    const [first, second, third] = await listOf(world.demandBroker, path);
    await world.demandBroker.post(`/v1/matches/${first.id}/shortlist`);
    await owner.query(
      `update matches set near_miss = '{"gate":"TRL_TOO_LOW","change":{"zh":"接受3级","en":"accept TRL 3"}}' where id = $1`,
      [second.id],
    );
    await read(world.provinceDirector.token, `/v1/${path}/matches?status=suggested&nearMisses=true`);
    const of = world.province.id;
    expect(await looksAt(first, of)).toEqual([]);
    const [nearMiss] = await looksAt(second, of);
    expect(nearMiss).toMatchObject({ listPosition: 1, listLength: 2, nearMissGate: 'TRL_TOO_LOW' });
    expect(nearMiss).toMatchObject({ demandPosition: null, resultPosition: null, demandListLength: null });
    expect(JSON.stringify(nearMiss)).not.toContain('接受');
    const [other] = await looksAt(third, of);
    expect(other).toMatchObject({ listPosition: 2, listLength: 2, demandPosition: 2, demandListLength: 2 });
  });

  it('again on the same day adds nothing, whichever process and person of the organization; the next day does', async () => {
    const { demand, match } = await suggestMatch(world, matching);
    const path = `/v1/demands/${demand.id}/matches`;
    const director = world.demandDirector.token;
    await read(world.demandBroker.token, path, path, `/v1/matches/${match.id}`);
    await read(director, path, `/v1/matches/${match.id}`);
    const of = world.demandMarket.id;
    const lookedAt = async () => (await looksAt(match, of)).filter(({ list }) => list !== 'desk');
    expect((await lookedAt()).map(({ action, list }) => [action, list])).toEqual([
      ['shown', 'demand'],
      ['viewed', null],
    ]);
    // 10:00 in Beijing, and 01:00 of the day after, which is the same date in UTC.
    api.clock.advance({ hours: 15 });
    const again = await api.signIn(world.demandBroker.session.user.email, 'a long enough password');
    await read(again.token, path, path);
    expect((await lookedAt()).map(({ action }) => action)).toEqual(['shown', 'viewed', 'shown']);
    api.clock.advance({ hours: -15 });
  });

  it('by a program with an API key is not observed, nor what a stranger may not see', async () => {
    const { demand, match } = await suggestMatch(world, matching);
    const key = (await world.enterprise.post('/v1/api-keys', { name: '系统', scopes: ['read'] })).body;
    const path = `/v1/demands/${demand.id}/matches`;
    expect((await read(key.key ?? key.token, path))[0]).toMatchObject({
      status: 200,
      body: { items: [{ id: match.id }] },
    });
    expect((await read(world.strangerEnterprise.token, path, `/v1/matches/${match.id}`))[1]?.status).toBe(404);
    expect(await looksAt(match, organizationOf(world.enterprise))).toEqual([]);
    expect(await looksAt(match, organizationOf(world.strangerEnterprise))).toEqual([]);
  });

  it('is answered when nothing can be written down; that is warned of, and the next look is observed', async () => {
    const { demand, match } = await suggestMatch(world, matching);
    const path = `/v1/demands/${demand.id}/matches`;
    const app = await buildApp(api.deps);
    const look = () => app.inject({ url: path, headers: { authorization: `Bearer ${world.enterprise.token}` } });
    await owner.query('alter table match_observations add constraint refuse_all check (false) not valid');
    try {
      expect((await look()).json().items).toHaveLength(1);
      await vi.waitFor(() => expect(logLines.join('')).toContain('could not be written down'));
    } finally {
      await owner.query('alter table match_observations drop constraint refuse_all');
    }
    expect((await look()).statusCode).toBe(200);
    await app.close();
    expect(await looksAt(match, organizationOf(world.enterprise))).toHaveLength(1);
  });
});

describe('the export of observations', () => {
  async function exported(query: string): Promise<Body> {
    const answer = await api
      .signIn('admin@duijie.example', 'correct horse battery')
      .then((admin) => admin.get(`/v1/match-observations${query}`));
    expect(answer.status).toBe(200);
    return answer.body;
  }

  it('goes through all of them once, oldest first, and on from where it stopped', async () => {
    const { match } = await suggestMatch(world, matching);
    // The story ends with a look at the desk.
    await vi.waitFor(async () => expect(await looksAt(match, world.demandMarket.id)).toHaveLength(1));
    api.clock.advance({ minutes: 2 });
    const total = await owner.query<{ id: string }>('select id from match_observations where at < $1 order by at, id', [
      api.clock.now(),
    ]);
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const page = await exported(`?limit=7${cursor}`);
      seen.push(...page.items.map(({ id }: Body) => id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen.length).toBeGreaterThan(14);
    expect(seen).toEqual(total.rows.map(({ id }) => id));
  });

  it('shows what was scored and where it stood, and no organization, and leaves the last minute for later', async () => {
    const { match } = await suggestMatch(world, matching);
    const shortlisted = await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`);
    expect(shortlisted.status).toBe(200);
    const mine = async () =>
      (await exported('?limit=1000')).items.filter(
        ({ matchId, action }: Body) => matchId === match.id && action === 'shortlisted',
      );
    api.clock.advance({ seconds: 30 });
    expect(await mine()).toEqual([]);
    api.clock.advance({ seconds: 31 });
    const [row, ...more] = await mine();
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      actor: 'broker',
      matchStatus: 'shortlisted',
      score: match.score,
      contributions: match.contributions,
      inDemandList: { position: 1, length: 1 },
      inResultList: { position: 1, length: 1 },
      shown: null,
    });
    expect(row).not.toHaveProperty('organizationId');
  });

  it('is for the administrator, and refuses a cursor of another list', async () => {
    for (const person of [world.enterprise, world.demandBroker, world.provinceDirector]) {
      expect((await person.get('/v1/match-observations')).status).toBe(403);
    }
    expect((await api.anonymous.get('/v1/match-observations')).status).toBe(401);
    const cursor = Buffer.from('71.5|0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d').toString('base64url');
    expect((await world.admin.get(`/v1/match-observations?cursor=${cursor}`)).status).toBe(422);
  });
});
