import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Body,
  type Caller,
  createWorld,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { type Matching, nextTopic, startMatching, suggestMatch } from '../setup/matching.ts';
import { lift, restrict } from '../setup/restrictions.ts';
import { matchOf, messagesAbout } from '../setup/rows.ts';

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

async function change(owner: Caller, url: string, changes: object): Promise<void> {
  const { headers } = await owner.get(url);
  const answer = await owner.patch(url, changes, { 'if-match': String(headers.etag) });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

async function exclude(demand: Body, organizationIds: readonly string[]): Promise<void> {
  await change(world.enterprise, `/v1/demands/${demand.id}`, { excludedOrganizations: organizationIds });
}

/** A published pair of one topic, not scored yet. */
async function publishPair(changes: { demand?: object; result?: object } = {}) {
  const topic = nextTopic();
  const demand = await publishDemand(world.enterprise, world.demandBroker, { ...topic.demand, ...changes.demand });
  const result = await publishResult(world.university, world.resultBroker, { ...topic.result, ...changes.result });
  return { demand, result };
}

describe('an organization that a demand excludes', () => {
  it('is never matched with it, not as a near miss either, from whichever side the run comes', async () => {
    const excludedOrganizations = [world.university.organizationId];
    const { demand, result } = await publishPair({ demand: { excludedOrganizations } });
    const distant = await publishPair({
      demand: { excludedOrganizations, cooperationModes: ['equity'] },
      result: { cooperationModes: ['consulting'] },
    });
    for (const pair of [{ demand, result }, distant]) {
      await matching.refresh('result', pair.result.id);
      await matching.refresh('demand', pair.demand.id);
      expect(await matchOf(api, pair.demand.id, pair.result.id)).toBeUndefined();
    }
  });

  it('keeps its matches with every other demand, whose reports do not know of exclusions', async () => {
    const { match } = await suggestMatch(world, matching);
    const seen = await world.university.get(`/v1/matches/${match.id}`);
    expect(seen.status).toBe(200);
    expect(JSON.stringify(seen.body)).not.toMatch(/exclu(de|sion)/i);
  });

  it('loses its suggestion when the enterprise excludes it later, and gets it back when it does so no more', async () => {
    const { demand, result, match } = await suggestMatch(world, matching);
    await exclude(demand, [world.university.organizationId]);
    expect((await messagesAbout(api, demand.id)).at(-1)).toBe('demand.changed');
    await matching.refresh('demand', demand.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('superseded');
    const list = await world.university.get(`/v1/results/${result.id}/matches?nearMisses=true&limit=100`);
    expect(list.body.items.map((item: Body) => item.id)).not.toContain(match.id);
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('superseded');
    await exclude(demand, []);
    await matching.refresh('demand', demand.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('suggested');
  });

  it('is not told of a match that a run was computing when the enterprise excluded it', async () => {
    const { demand, result } = await publishPair();
    let overtaken = false;
    await matching.refresh('result', result.id, {
      beforeWriting: async () => {
        if (overtaken) return;
        overtaken = true;
        await exclude(demand, [world.university.organizationId]);
      },
    });
    expect(overtaken).toBe(true);
    expect(await matchOf(api, demand.id, result.id)).toBeUndefined();
  });

  it('keeps a match that the broker has taken further, which he cannot introduce any more', async () => {
    const { demand, result, match } = await suggestMatch(world, matching);
    await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`);
    await exclude(demand, [world.university.organizationId]);
    await matching.refresh('demand', demand.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('shortlisted');
    const refused = await world.demandBroker.post(`/v1/matches/${match.id}/introductions`, {});
    expect(refused.status).toBe(409);
    // The university that asks is answered as ever.
    const asked = await world.university.post(`/v1/matches/${match.id}/introductions`, {});
    expect(asked.status).toBe(201);
    expect((await world.demandBroker.post(`/v1/introductions/${asked.body.id}/open`, {})).status).toBe(409);
    await exclude(demand, []);
    expect((await world.demandBroker.post(`/v1/introductions/${asked.body.id}/open`, {})).status).toBe(200);
  });
});

describe('exclusivity', () => {
  /** With nothing else that could be in the way. */
  const licence = { cooperationModes: ['licence'], indicators: [] };
  const wanted = { ...licence, targetTrl: null, budget: null };

  it('makes a near miss of a demand for a sole licence and a result with non-exclusive ones, with the change in both languages', async () => {
    const { demand, result } = await publishPair({
      demand: { ...wanted, exclusivity: 'sole' },
      result: { ...licence, exclusivity: 'non_exclusive' },
    });
    await matching.refresh('result', result.id);
    const [match] = (
      await world.enterprise.get(`/v1/demands/${demand.id}/matches?nearMisses=true&limit=100`)
    ).body.items.filter((item: Body) => item.result.id === result.id);
    expect(match.nearMiss.gate).toBe('EXCLUSIVITY_CONFLICT');
    expect(match.nearMiss.change.zh).toContain('接受非独占许可');
    expect(match.nearMiss.change.en).toContain('accept a non-exclusive licence');
    expect(await messagesAbout(api, match.id)).toEqual([]);
  });

  it('is one no more once the broker has published that the enterprise takes any licence', async () => {
    const { demand, result } = await publishPair({
      demand: { ...wanted, exclusivity: 'exclusive' },
      result: { ...licence, exclusivity: 'non_exclusive' },
    });
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).near_miss).toMatchObject({ gate: 'EXCLUSIVITY_CONFLICT' });
    await change(world.enterprise, `/v1/demands/${demand.id}`, { exclusivity: 'any' });
    expect((await api.anonymous.get(`/v1/demands/${demand.id}`)).body.exclusivity).toBe('exclusive');
    await world.demandBroker.post(`/v1/demands/${demand.id}/publish`);
    expect((await api.anonymous.get(`/v1/demands/${demand.id}`)).body.exclusivity).toBe('any');
    await matching.refresh('demand', demand.id);
    const match = await matchOf(api, demand.id, result.id);
    expect(match).toMatchObject({ status: 'suggested', near_miss: null });
    expect(await messagesAbout(api, match.id)).toEqual(['match.suggested']);
  });
});

describe('an organization under a credit restriction', () => {
  it.each(['enterprise', 'university'] as const)(
    '%s: its pairs go, found from either side, its records stay, and the pairs come back once it is lifted',
    async (owner) => {
      const { demand, result } = await suggestMatch(world, matching);
      const restriction = await restrict(world.admin, world[owner].organizationId);
      for (const from of ['demand', 'result'] as const) {
        await api.deps.pool.query("update matches set status = 'suggested' where demand_id = $1", [demand.id]);
        await matching.refresh(from, from === 'demand' ? demand.id : result.id);
        expect((await matchOf(api, demand.id, result.id)).status, from).toBe('superseded');
      }
      expect((await api.anonymous.get(`/v1/demands/${demand.id}`)).status).toBe(200);
      expect((await api.anonymous.get(`/v1/results/${result.id}`)).status).toBe(200);
      await lift(world.admin, restriction);
      // The run that a message about the restriction owes sets every open record of its organization to be found anew.
      await matching.refresh('restriction', restriction.id);
      const changed = owner === 'enterprise' ? demand : result;
      expect((await messagesAbout(api, changed.id)).at(-1)).toMatch(/\.changed$/);
      await matching.refresh('result', result.id);
      expect((await matchOf(api, demand.id, result.id)).status).toBe('suggested');
    },
  );

  it('is not told of a match that a run was computing when it was restricted', async () => {
    const { demand, result } = await publishPair();
    const imposed: Body[] = [];
    await matching.refresh('result', result.id, {
      beforeWriting: async () => {
        if (imposed.length === 0) imposed.push(await restrict(world.admin, world.enterprise.organizationId));
      },
    });
    expect(await matchOf(api, demand.id, result.id)).toBeUndefined();
    await lift(world.admin, imposed[0]);
  });
});

describe('an organization that is suspended', () => {
  it.each(['enterprise', 'university'] as const)(
    '%s: its pairs go, found from either side, and come back once it is reinstated',
    async (owner) => {
      const { demand, result } = await suggestMatch(world, matching);
      const broker = owner === 'enterprise' ? world.demandBroker : world.resultBroker;
      const path = `/v1/organizations/${world[owner].organizationId}`;
      expect((await broker.post(`${path}/suspend`, { reason: '材料有误' })).status).toBe(200);
      for (const from of ['demand', 'result'] as const) {
        await api.deps.pool.query("update matches set status = 'suggested' where demand_id = $1", [demand.id]);
        await matching.refresh(from, from === 'demand' ? demand.id : result.id);
        expect((await matchOf(api, demand.id, result.id)).status, from).toBe('superseded');
      }
      expect((await broker.post(`${path}/reinstate`)).status).toBe(200);
      await matching.refresh('organization', world[owner].organizationId);
      await matching.refresh('result', result.id);
      expect((await matchOf(api, demand.id, result.id)).status).toBe('suggested');
    },
  );

  it('is not told of a match that a run was computing when it was suspended', async () => {
    const { demand, result } = await publishPair();
    const path = `/v1/organizations/${world.enterprise.organizationId}`;
    let overtaken = false;
    await matching.refresh('result', result.id, {
      beforeWriting: async () => {
        if (overtaken) return;
        overtaken = true;
        await world.demandBroker.post(`${path}/suspend`, { reason: '材料有误' });
      },
    });
    expect(await matchOf(api, demand.id, result.id)).toBeUndefined();
    await world.demandBroker.post(`${path}/reinstate`);
  });
});
