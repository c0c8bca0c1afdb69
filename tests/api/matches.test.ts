import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, publishResult, startApi, type TestApi, type World } from '../setup/api.ts';
import { type Matching, startMatching, suggestMatch } from '../setup/matching.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let matching: Matching;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  matching = startMatching(api);
});
afterAll(async () => {
  await matching.stop();
  await api.close();
});

describe('reading matches', () => {
  it('shows an owner score, gates, contributions that add up to it, and the explanation in both languages', async () => {
    const { demand, result } = await suggestMatch(world, matching);
    const answer = await world.enterprise.get(`/v1/demands/${demand.id}/matches`);
    expect(answer.status).toBe(200);
    const match = answer.body.items.find((each: { result: { id: string } }) => each.result.id === result.id);
    expect(match).toMatchObject({
      status: 'suggested',
      demand: { id: demand.id, code: demand.code, title: demand.title },
      result: { id: result.id, code: result.code, title: result.title },
      nearMiss: null,
    });
    const points = match.contributions.reduce((sum: number, each: { points: number }) => sum + each.points, 0);
    expect(match.score).toBeCloseTo(points, 6);
    expect(match.gates.every((gate: { passed: boolean }) => gate.passed)).toBe(true);
    expect(match.explanation.zh).toContain('双方都提到');
    expect(match.explanation.en).toContain('both speak of');
    expect(match.explanation.terms.length).toBeGreaterThan(0);
    expect(match).not.toHaveProperty('answerRecords');
  });

  it('shows the owner of the result and both brokers their lists', async () => {
    const { result, match } = await suggestMatch(world, matching);
    for (const person of [world.university, world.resultBroker]) {
      const list = await person.get(`/v1/results/${result.id}/matches`);
      expect(list.body.items.map((each: { id: string }) => each.id)).toContain(match.id);
    }
    for (const person of [
      world.enterprise,
      world.university,
      world.demandBroker,
      world.resultBroker,
      world.provinceDirector,
    ]) {
      expect((await person.get(`/v1/matches/${match.id}`)).status).toBe(200);
    }
  });

  it('does not exist for strangers, nor for the other side as a list, and wants a sign-in', async () => {
    const { demand, result, match } = await suggestMatch(world, matching);
    for (const person of [world.strangerEnterprise, world.strangerUniversity, world.admin]) {
      expect((await person.get(`/v1/matches/${match.id}`)).status).toBe(404);
      expect((await person.get(`/v1/demands/${demand.id}/matches`)).status).toBe(404);
      expect((await person.get(`/v1/results/${result.id}/matches`)).status).toBe(404);
    }
    expect((await world.university.get(`/v1/demands/${demand.id}/matches`)).status).toBe(404);
    expect((await world.resultBroker.get(`/v1/demands/${demand.id}/matches`)).status).toBe(404);
    expect((await world.enterprise.get(`/v1/results/${result.id}/matches`)).status).toBe(404);
    expect((await api.anonymous.get(`/v1/matches/${match.id}`)).status).toBe(401);
    expect((await api.anonymous.get(`/v1/demands/${demand.id}/matches`)).status).toBe(401);
    expect((await world.demandBroker.get('/v1/matches/0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d')).status).toBe(404);
  });

  it('pages best first without losing or repeating one', async () => {
    const { demand, result } = await suggestMatch(world, matching);
    for (const title of ['同类成果甲', '同类成果乙', '同类成果丙']) {
      const { description, keywords, technologyFields, cooperationModes, summary } = result;
      const input = { title, summary, description, keywords, technologyFields, cooperationModes };
      const more = await publishResult(world.university, world.resultBroker, input);
      await matching.refresh('result', more.id);
    }
    const whole = (await world.enterprise.get(`/v1/demands/${demand.id}/matches?limit=100`)).body.items;
    expect(whole.length).toBeGreaterThan(2);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = (await world.enterprise.get(`/v1/demands/${demand.id}/matches?limit=2${query}`)).body;
      seen.push(...page.items.map((each: { id: string }) => each.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(whole.map((each: { id: string }) => each.id));
    const scores = whole.map((each: { score: number }) => each.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it('refuses a cursor of another list', async () => {
    const cursor = Buffer.from('2026-11-23T00:00:00.000Z|0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d').toString('base64url');
    const answer = await world.demandBroker.get(`/v1/matches?cursor=${cursor}`);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('/querystring/cursor');
  });

  it('refuses a cursor whose score is a number to JavaScript and none to PostgreSQL', async () => {
    for (const score of ['0b11', '0o7', '\u00a05', '1e999']) {
      const cursor = Buffer.from(`${score}|0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d`).toString('base64url');
      expect((await world.demandBroker.get(`/v1/matches?cursor=${cursor}`)).status, score).toBe(422);
    }
  });

  it('shows near misses only when asked, with the change that would remove the condition', async () => {
    const { demand } = await suggestMatch(world, matching);
    const farFetched = await api.deps.pool.query<{ id: string }>(
      `update matches set near_miss = '{"gate":"TRL_TOO_LOW","change":{"zh":"接受3级","en":"accept TRL 3"}}'
       where id = (select id from matches where demand_id = $1 order by score desc limit 1) returning id`,
      [demand.id],
    );
    const id = farFetched.rows[0]?.id;
    const ids = async (query: string) =>
      (await world.enterprise.get(`/v1/demands/${demand.id}/matches${query}`)).body.items.map(
        (each: { id: string }) => each.id,
      );
    expect(await ids('')).not.toContain(id);
    expect(await ids('?nearMisses=true')).toContain(id);
  });
});

describe("the broker's desk", () => {
  it('holds the matches of the territory, filtered by record, status and score', async () => {
    const { demand, match } = await suggestMatch(world, matching);
    for (const person of [world.demandBroker, world.demandDirector, world.provinceDirector]) {
      const desk = await person.get(`/v1/matches?demandId=${demand.id}&status=suggested&minScore=1`);
      expect(desk.body.items.map((each: { id: string }) => each.id)).toContain(match.id);
    }
    const above = await world.demandBroker.get(`/v1/matches?demandId=${demand.id}&minScore=100`);
    expect(above.body.items).toEqual([]);
    const elsewhere = await world.resultBroker.get(`/v1/matches?demandId=${demand.id}`);
    expect(elsewhere.body.items).toEqual([]);
  });

  it('is not for enterprises, universities or the administrator', async () => {
    for (const person of [world.enterprise, world.university, world.admin]) {
      expect((await person.get('/v1/matches')).status).toBe(403);
    }
    expect((await api.anonymous.get('/v1/matches')).status).toBe(401);
  });

  it('tells brokers how the organizations answer, and hides that of an anonymous demand from the other market', async () => {
    const { match } = await suggestMatch(world, matching, {
      demand: { confidentiality: { anonymous: true } },
    });
    const leading = (await world.demandBroker.get(`/v1/matches/${match.id}`)).body;
    expect(leading.answerRecords).toHaveProperty('demand');
    const other = (await world.resultBroker.get(`/v1/matches/${match.id}`)).body;
    expect(other.answerRecords.demand).toBeNull();
    expect(JSON.stringify(other)).not.toContain(world.enterprise.organizationId);
  });
});

describe('shortlisting a match', () => {
  it('is done by the broker of the demand, with message and audit row', async () => {
    const { match } = await suggestMatch(world, matching);
    const answer = await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`, undefined, {
      'if-match': `"${match.version}"`,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'shortlisted', version: match.version + 1 });
    expect(await messagesAbout(api, match.id)).toEqual(['match.suggested', 'match.shortlisted']);
    expect(await auditOf(api, match.id)).toEqual(['match.shortlist']);
    const again = await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`);
    expect(again.status).toBe(409);
    expect(again.body.state).toBe('shortlisted');
  });

  it('is refused to the other market, both owners and strangers, and writes nothing then', async () => {
    const { match } = await suggestMatch(world, matching);
    const before = await countWrites(api);
    for (const person of [world.resultBroker, world.enterprise, world.university]) {
      expect((await person.post(`/v1/matches/${match.id}/shortlist`)).status).toBe(403);
    }
    expect((await world.strangerEnterprise.post(`/v1/matches/${match.id}/shortlist`)).status).toBe(404);
    expect((await api.anonymous.post(`/v1/matches/${match.id}/shortlist`)).status).toBe(401);
    const stale = await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`, undefined, { 'if-match': '"99"' });
    expect(stale.status).toBe(412);
    expect(await countWrites(api)).toEqual(before);
    expect((await world.demandBroker.get(`/v1/matches/${match.id}`)).body.status).toBe('suggested');
  });
});

describe('dismissing a match', () => {
  it('keeps the reason for brokers and takes the match off every list', async () => {
    const { demand, match } = await suggestMatch(world, matching);
    const answer = await world.demandBroker.post(`/v1/matches/${match.id}/dismiss`, {
      reason: 'wrong_maturity',
      comment: '太早',
    });
    expect(answer.body).toMatchObject({
      status: 'dismissed',
      dismissal: { reason: 'wrong_maturity', comment: '太早' },
    });
    expect(await auditOf(api, match.id)).toEqual(['match.dismiss']);
    expect((await messagesAbout(api, match.id)).at(-1)).toBe('match.dismissed');
    const owner = (await world.enterprise.get(`/v1/matches/${match.id}`)).body;
    expect(owner.status).toBe('dismissed');
    expect(owner).not.toHaveProperty('dismissal');
    expect(JSON.stringify(owner)).not.toContain('太早');
    const list = (await world.enterprise.get(`/v1/demands/${demand.id}/matches`)).body.items;
    expect(list.map((each: { id: string }) => each.id)).not.toContain(match.id);
    const dismissed = (await world.demandBroker.get(`/v1/matches?status=dismissed&demandId=${demand.id}`)).body.items;
    expect(dismissed.map((each: { id: string }) => each.id)).toEqual([match.id]);
  });

  it('wants a reason of the vocabulary, the right broker and the right state', async () => {
    const { match } = await suggestMatch(world, matching);
    const before = await countWrites(api);
    const path = `/v1/matches/${match.id}/dismiss`;
    const unknown = await world.demandBroker.post(path, { reason: 'because' });
    expect(unknown.status).toBe(422);
    expect(unknown.body.errors[0].pointer).toBe('/reason');
    expect((await world.demandBroker.post(path, {})).status).toBe(422);
    expect((await world.resultBroker.post(path, { reason: 'other' })).status).toBe(403);
    expect((await world.enterprise.post(path, { reason: 'other' })).status).toBe(403);
    expect((await world.strangerUniversity.post(path, { reason: 'other' })).status).toBe(404);
    expect(await countWrites(api)).toEqual(before);
    await world.demandBroker.post(path, { reason: 'other' });
    const again = await world.demandBroker.post(path, { reason: 'other' });
    expect(again.status).toBe(409);
    expect(again.body.state).toBe('dismissed');
  });
});
