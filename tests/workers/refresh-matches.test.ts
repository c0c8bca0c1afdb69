import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlreadyDone } from '../../src/core/transaction.ts';
import { createWorld, publishDemand, publishResult, startApi, type TestApi, type World } from '../setup/api.ts';
import { type Matching, nextTopic, startMatching, suggestMatch } from '../setup/matching.ts';
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

/** Changes a published result through its owner and its broker. */
async function changeResult(id: string, changes: object): Promise<void> {
  const { headers } = await world.university.get(`/v1/results/${id}`);
  const changed = await world.university.patch(`/v1/results/${id}`, changes, { 'if-match': String(headers.etag) });
  expect(changed.status).toBe(200);
  expect((await world.resultBroker.post(`/v1/results/${id}/publish`)).status).toBe(200);
}

describe('a run', () => {
  it('tells of each pair that it suggests once, however often it runs and from whichever side', async () => {
    const { demand, result, match } = await suggestMatch(world, matching);
    await matching.refresh('demand', demand.id);
    await matching.refresh('result', result.id);
    expect(await messagesAbout(api, match.id)).toEqual(['match.suggested']);
    expect((await matchOf(api, demand.id, result.id)).version).toBe(1);
  });

  it('gives a pair the same score from either side', async () => {
    const { demand, result } = await suggestMatch(world, matching);
    const fromResult = (await matchOf(api, demand.id, result.id)).score;
    await api.deps.pool.query('delete from matches where demand_id = $1', [demand.id]);
    await matching.refresh('demand', demand.id);
    expect((await matchOf(api, demand.id, result.id)).score).toBeCloseTo(fromResult, 6);
  });

  it('claims its delivery: a second run of the same one writes nothing', async () => {
    const topic = nextTopic();
    const demand = await publishDemand(world.enterprise, world.demandBroker, topic.demand);
    await matching.refresh('demand', demand.id, { claim: true });
    await expect(matching.refresh('demand', demand.id, { claim: true })).rejects.toBeInstanceOf(AlreadyDone);
  });

  it('supersedes the suggestions of a record that was withdrawn, and of no other', async () => {
    const kept = await suggestMatch(world, matching);
    const { demand, result } = await suggestMatch(world, matching);
    await world.enterprise.post(`/v1/demands/${demand.id}/withdraw`);
    await matching.refresh('demand', demand.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('superseded');
    expect((await matchOf(api, kept.demand.id, kept.result.id)).status).toBe('suggested');
  });

  it('leaves alone what a broker has taken further', async () => {
    const { demand, result, match } = await suggestMatch(world, matching);
    await world.demandBroker.post(`/v1/matches/${match.id}/shortlist`);
    await world.university.post(`/v1/results/${result.id}/withdraw`);
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('shortlisted');
  });

  it('brings a dismissed pair back only after one of its sides has changed, and tells of it', async () => {
    const { demand, result, match } = await suggestMatch(world, matching);
    await world.demandBroker.post(`/v1/matches/${match.id}/dismiss`, { reason: 'not_relevant' });
    await matching.refresh('demand', demand.id);
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('dismissed');
    await changeResult(result.id, { summary: `${result.summary}补充了中试数据。` });
    await matching.refresh('result', result.id);
    expect(await matchOf(api, demand.id, result.id)).toMatchObject({ status: 'suggested', dismiss_reason: null });
    expect(await messagesAbout(api, match.id)).toEqual(['match.suggested', 'match.dismissed', 'match.suggested']);
  });

  it('never overwrites a finding that rests on newer content', async () => {
    const { demand, result } = await suggestMatch(world, matching);
    await api.deps.pool.query(
      `update matches set result_version = result_version + 1, score = 99 where demand_id = $1 and result_id = $2`,
      [demand.id, result.id],
    );
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).score).toBe(99);
  });

  it('never overwrites a finding of a newer model on the same content', async () => {
    const { demand, result } = await suggestMatch(world, matching);
    await api.deps.pool.query(
      `update matches set model_version = 'learned-1000', score = 99 where demand_id = $1 and result_id = $2`,
      [demand.id, result.id],
    );
    await matching.refresh('demand', demand.id);
    expect((await matchOf(api, demand.id, result.id)).score).toBe(99);
  });

  it('keeps a near miss with the change that would remove the condition, tells nobody, and tells when it is one no more', async () => {
    const topic = nextTopic();
    const demand = await publishDemand(world.enterprise, world.demandBroker, {
      ...topic.demand,
      cooperationModes: ['equity'],
    });
    const result = await publishResult(world.university, world.resultBroker, {
      ...topic.result,
      cooperationModes: ['consulting'],
    });
    await matching.refresh('result', result.id);
    const missed = await matchOf(api, demand.id, result.id);
    expect(missed).toMatchObject({ status: 'suggested', near_miss: { gate: 'COOPERATION_MODE_DISJOINT' } });
    expect(await messagesAbout(api, missed.id)).toEqual([]);
    await changeResult(result.id, { cooperationModes: ['equity'] });
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).near_miss).toBeNull();
    expect(await messagesAbout(api, missed.id)).toEqual(['match.suggested']);
  });
});

describe('a run that was overtaken', () => {
  it('does not bring back a pair whose other side was withdrawn while it computed', async () => {
    const { demand, result, match } = await suggestMatch(world, matching);
    let overtaken = false;
    await matching.refresh('result', result.id, {
      beforeWriting: async () => {
        if (overtaken) return;
        overtaken = true;
        await world.enterprise.post(`/v1/demands/${demand.id}/withdraw`);
        await matching.refresh('demand', demand.id);
      },
    });
    expect(overtaken).toBe(true);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('superseded');
    expect(await messagesAbout(api, match.id)).toEqual(['match.suggested']);
  });
});

describe('two sides at the same moment', () => {
  it('always find each other, without a deadlock, and are told of once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const topic = nextTopic();
      const drafts = await Promise.all([
        world.enterprise.post('/v1/demands', topic.demand),
        world.university.post('/v1/results', topic.result),
      ]);
      const [demandId, resultId] = drafts.map((draft) => draft.body.id);
      await world.enterprise.post(`/v1/demands/${demandId}/submit`);
      await world.university.post(`/v1/results/${resultId}/submit`);
      // Each run starts as soon as its own side is published, as its job would.
      await Promise.all([
        world.demandBroker.post(`/v1/demands/${demandId}/publish`).then(() => matching.refresh('demand', demandId)),
        world.resultBroker.post(`/v1/results/${resultId}/publish`).then(() => matching.refresh('result', resultId)),
      ]);
      const match = await matchOf(api, demandId, resultId);
      expect(match?.status).toBe('suggested');
      expect(await messagesAbout(api, match.id)).toEqual(['match.suggested']);
    }
  });

  it('may have all their runs at once', async () => {
    const { rows } = await api.deps.pool.query<{ kind: 'demand' | 'result'; id: string }>(
      `select 'demand' as kind, id from demands where status = 'published'
       union all select 'result', id from results where status = 'published'`,
    );
    await api.deps.pool.query('delete from matches where id not in (select match_id from introductions)');
    const outcomes = await Promise.allSettled(rows.map(({ kind, id }) => matching.refresh(kind, id)));
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toEqual([]);
    const suggested = await api.deps.pool.query<{ id: string; told: number }>(
      `select m.id, (select count(*)::int from messages x where x.subject_id = m.id and x.type = 'match.suggested') as told
       from matches m where m.status = 'suggested' and m.near_miss is null`,
    );
    expect(suggested.rows.length).toBeGreaterThan(0);
    expect(suggested.rows.every((row) => row.told === 1)).toBe(true);
  });
});

describe('an organization that is suspended', () => {
  it('has its suggestions superseded record by record, and found again once it is reinstated', async () => {
    const { demand, result } = await suggestMatch(world, matching);
    const organizationId = world.university.organizationId;
    await world.resultBroker.post(`/v1/organizations/${organizationId}/suspend`, { reason: '材料有误' });
    await matching.refresh('organization', organizationId);
    expect((await messagesAbout(api, result.id)).at(-1)).toBe('result.changed');
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('superseded');
    await world.resultBroker.post(`/v1/organizations/${organizationId}/reinstate`);
    await matching.refresh('organization', organizationId);
    await matching.refresh('result', result.id);
    expect((await matchOf(api, demand.id, result.id)).status).toBe('suggested');
  });
});
