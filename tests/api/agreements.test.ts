import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addMember,
  type Body,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertMatch } from '../setup/introductions.ts';
import { auditOf, countWrites, messagesAbout, rolledBack, settingsOf } from '../setup/rows.ts';
import { unknownId } from '../setup/webhooks.ts';

let api: TestApi;
let world: World;
/** Of the university: one made the result, the other did not. */
let maker: Person;
let colleague: Person;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  maker = await addMember(api, world.university, world.university.organizationId, 'member');
  colleague = await addMember(api, world.university, world.university.organizationId, 'member');
});
afterAll(() => api.close());

interface Story {
  id: string;
  demand: Body;
  result: Body;
  demandFile: string;
  resultFile: string;
}

/** Over HTTP: two records with a file each, introduced; accepted by these parties. */
async function introduced(parties: readonly Person[] = [world.enterprise, maker], anonymous = false): Promise<Story> {
  const confidentiality = { anonymous, detail: '机密' };
  const demand = await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, confidentiality });
  const result = await publishResult(maker, world.resultBroker);
  const demandFile = `/v1/demands/${demand.id}/attachments/${encodeURIComponent('产线.txt')}`;
  const resultFile = `/v1/results/${result.id}/attachments/${encodeURIComponent('配比.txt')}`;
  expect((await world.enterprise.put(demandFile, '产线的秘密')).status).toBe(200);
  expect((await maker.put(resultFile, '配比的秘密')).status).toBe(200);
  const match = await insertMatch(api, demand, result);
  const { id } = (await world.demandBroker.post(`/v1/matches/${match}/introductions`, { message: '请交流' })).body;
  for (const party of parties) expect((await party.post(`/v1/introductions/${id}/accept`, {})).status).toBe(200);
  return { id, demand, result, demandFile, resultFile };
}

const path = (id: string) => `/v1/introductions/${id}/agreement`;

/** Accepts the text that is offered. */
async function accept(person: Person, id: string) {
  const { version, sha256 } = (await person.get(path(id))).body.text ?? { version: '1', sha256: '0'.repeat(64) };
  return await person.post(`${path(id)}/accept`, { version, sha256 });
}

async function statuses(person: Person, urls: readonly string[]): Promise<number[]> {
  const answers: number[] = [];
  for (const url of urls) answers.push((await person.get(url)).status);
  return answers;
}

it('files open to the other party once both have accepted the agreement, and who opens one stands in the history', async () => {
  const { id, demand, demandFile, resultFile } = await introduced();
  const list = demandFile.slice(0, demandFile.lastIndexOf('/'));
  expect(await statuses(maker, [demandFile, list])).toEqual([404, 404]);
  expect((await accept(world.enterprise, id)).body.concludedAt).toBeNull();
  // One side alone opens nothing, not even its own files.
  expect([await statuses(maker, [demandFile]), await statuses(world.enterprise, [resultFile])]).toEqual([[404], [404]]);
  api.clock.advance({ minutes: 5 });
  const concluded = await accept(maker, id);
  expect(concluded.body.concludedAt).toBe(api.clock.now().toISOString());
  expect(await statuses(maker, [demandFile, list])).toEqual([200, 200]);
  expect((await world.enterprise.get(resultFile)).body).toBe('配比的秘密');
  expect((await maker.get(demandFile)).body).toBe('产线的秘密');
  const { items } = (await world.enterprise.get(`/v1/demands/${demand.id}/history`)).body;
  const opened = items.filter((item: Body) => item.action === 'attachment.open');
  expect(opened).toHaveLength(2);
  expect(opened[0].details).toEqual({ attachmentId: expect.any(String) });
  expect(JSON.stringify(items)).not.toContain('产线.txt');
  // Owner and broker come and go without a trace.
  await statuses(world.enterprise, [demandFile]);
  await statuses(world.demandBroker, [demandFile]);
  expect((await auditOf(api, demand.id)).filter((action) => action === 'attachment.open')).toHaveLength(2);
  // What is added later is open, too.
  const later = demandFile.replace(encodeURIComponent('产线'), 'later');
  await world.enterprise.put(later, '后来的');
  expect(await statuses(maker, [later])).toEqual([200]);
  // The counterparty reads and does not write.
  expect([(await maker.put(demandFile, 'x')).status, (await maker.delete(demandFile)).status]).toEqual([403, 403]);
});

it('they open to those whose record it is, and to nobody else', async () => {
  const { id, demandFile, resultFile, demand } = await introduced();
  for (const party of [world.enterprise, maker]) expect((await accept(party, id)).status).toBe(200);
  expect(await statuses(world.university, [demandFile])).toEqual([200]);
  const others = [colleague, world.strangerEnterprise, world.strangerUniversity, world.resultBroker, world.admin];
  for (const person of others) {
    const hidden = await person.get(demandFile);
    const unknown = await person.get(demandFile.replace(demand.id, unknownId()));
    expect([hidden.status, { ...hidden.body, requestId: '' }]).toEqual([404, { ...unknown.body, requestId: '' }]);
  }
  expect(await statuses(world.demandBroker, [resultFile])).toEqual([404]);
  // Another introduction of the same parties has an agreement of its own.
  const other = await introduced();
  expect(await statuses(maker, [other.demandFile])).toEqual([404]);
});

it('the second wall: the database role sees a row of a file with the settings of a counterparty only after that', async () => {
  const { id, demand } = await introduced();
  const seen = (organizationId: string) =>
    rolledBack(api.deps.pool, settingsOf({ organizationId }), async (client) => {
      const { rows } = await client.query('select count(*)::int as seen from attachments where record_id = $1', [
        demand.id,
      ]);
      return rows[0].seen;
    });
  expect(await seen(world.university.organizationId)).toBe(0);
  await accept(maker, id);
  expect(await seen(world.university.organizationId)).toBe(0);
  await accept(world.enterprise, id);
  expect(await seen(world.university.organizationId)).toBe(1);
  expect(await seen(world.strangerUniversity.organizationId)).toBe(0);
});

describe('the agreement', () => {
  it('says which text, and who accepted it when: person, version and hash, audited and told', async () => {
    const { id } = await introduced();
    const { text, acceptances } = (await maker.get(path(id))).body;
    expect(acceptances).toEqual([]);
    expect(text.sha256).toBe(createHash('sha256').update(`${text.zh}\n${text.en}`).digest('hex'));
    await accept(maker, id);
    await accept(world.enterprise, id);
    for (const reader of [maker, world.enterprise, world.demandBroker]) {
      const view = (await reader.get(path(id))).body;
      expect(view.acceptances).toMatchObject([
        {
          side: 'result',
          organizationId: world.university.organizationId,
          name: 'member',
          version: '1',
          sha256: text.sha256,
        },
        { side: 'demand', organizationId: world.enterprise.organizationId, name: '利通区某枸杞乳业公司管理员' },
      ]);
    }
    expect((await auditOf(api, id)).slice(-2)).toEqual(['agreement.accept', 'agreement.accept']);
    expect((await messagesAbout(api, id)).slice(-2)).toEqual(['agreement.accepted', 'agreement.concluded']);
    for (const statement of ["update agreement_acceptances set side = 'demand'", 'delete from agreement_acceptances'])
      await expect(api.deps.pool.query(statement)).rejects.toThrow('permission denied');
  });

  it('is accepted once by each party, for the text it has read, by nobody else', async () => {
    const { id } = await introduced();
    const { version, sha256 } = (await maker.get(path(id))).body.text;
    const before = await countWrites(api);
    for (const input of [
      { version, sha256: '0'.repeat(64) },
      { version: '0', sha256 },
    ])
      expect((await maker.post(`${path(id)}/accept`, input)).status).toBe(409);
    for (const person of [world.demandBroker, world.resultBroker, world.provinceDirector])
      expect((await accept(person, id)).status).toBe(403);
    for (const person of [colleague, world.strangerEnterprise, world.admin]) {
      expect((await person.get(path(id))).status).toBe(404);
      expect((await accept(person, id)).status).toBe(404);
    }
    expect(await countWrites(api)).toEqual(before);
    const answers = await Promise.all([accept(maker, id), accept(world.university, id), accept(maker, id)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409]);
  });

  it('is offered once both have accepted each other, and in no other state', async () => {
    const { id } = await introduced([world.enterprise]);
    for (const status of ['open', 'declined', 'lapsed']) {
      await api.deps.pool.query('update introductions set status = $2 where id = $1', [id, status]);
      const answers = [await maker.get(path(id)), await accept(maker, id)];
      expect(answers.map((answer) => [answer.status, answer.body.state])).toEqual([
        [409, status],
        [409, status],
      ]);
    }
  });

  it('does not tell the market of the other side who an anonymous party is', async () => {
    const { id } = await introduced(undefined, true);
    await accept(world.enterprise, id);
    const party = { side: 'demand', organizationId: null, organizationName: null, name: null };
    expect((await world.resultBroker.get(path(id))).body.acceptances).toMatchObject([party]);
    expect(JSON.stringify((await world.resultBroker.get(path(id))).body)).not.toContain(
      world.enterprise.organizationId,
    );
  });
});
