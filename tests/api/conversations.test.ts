import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addMember,
  type Body,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertIntroduction } from '../setup/introductions.ts';
import { auditOf, countWrites, rolledBack } from '../setup/rows.ts';
import { createSender, unknownId } from '../setup/webhooks.ts';

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

async function introduced(status: 'open' | 'accepted' | 'declined' | 'lapsed', anonymous = false): Promise<string> {
  const confidentiality = { anonymous, detail: '机密' };
  return await insertIntroduction(
    api,
    {
      demand: await withOrganization(
        await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, confidentiality }),
      ),
      result: await publishResult(maker, world.resultBroker, resultInput),
      demandMarketId: world.demandMarket.id,
      resultMarketId: world.resultMarket.id,
    },
    { status },
  );
}

/** As its owner knows it. */
async function withOrganization(demand: Body): Promise<Body> {
  return { ...demand, organization: { id: world.enterprise.organizationId } };
}

const path = (id: string) => `/v1/introductions/${id}/messages`;

async function say(person: Person, id: string, text: string): Promise<Body> {
  const answer = await person.post(path(id), { text });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

async function textsFor(person: Person, id: string): Promise<string[]> {
  const answer = await person.get(path(id));
  expect(answer.status).toBe(200);
  return answer.body.items.map((item: Body) => item.text);
}

function everybody(): Person[] {
  return [
    world.enterprise,
    world.university,
    maker,
    world.demandBroker,
    world.demandDirector,
    world.resultBroker,
    world.provinceDirector,
  ];
}

describe('a conversation', () => {
  it('is between both parties and the staff of both markets, each of whom reads all of it, newest first', async () => {
    const id = await introduced('open');
    const people = everybody();
    for (const [at, person] of people.entries()) await say(person, id, `第${at + 1}句`);
    const said = people.map((_, at) => `第${at + 1}句`).reverse();
    for (const reader of people) expect(await textsFor(reader, id)).toEqual(said);
    const numbers = (await world.enterprise.get(path(id))).body.items.map((item: Body) => item.number);
    expect(numbers).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('does not exist for others, as an introduction that nobody has', async () => {
    const id = await introduced('open');
    await say(maker, id, '您好');
    for (const person of [colleague, world.strangerEnterprise, world.strangerUniversity, world.admin]) {
      const [hidden, unknown] = [await person.get(path(id)), await person.get(path(unknownId()))];
      expect([hidden.status, { ...hidden.body, requestId: '' }]).toEqual([404, { ...unknown.body, requestId: '' }]);
      expect((await person.post(path(id), { text: 'x' })).status).toBe(404);
      expect((await person.post(`${path(id)}/read`, { upToNumber: 1 })).status).toBe(404);
    }
  });

  it.each(['declined', 'lapsed'] as const)('of an introduction that is %s is read and not added to', async (status) => {
    const id = await introduced('open');
    const message = await say(world.enterprise, id, '还在考虑');
    await api.deps.pool.query('update introductions set status = $2 where id = $1', [id, status]);
    const before = await countWrites(api);
    for (const person of [world.enterprise, world.demandBroker]) {
      const refused = await person.post(path(id), { text: 'x' });
      expect([refused.status, refused.body.state]).toEqual([409, status]);
    }
    expect((await world.enterprise.put(`${path(id)}/${message.id}/attachments/a.txt`, 'x')).status).toBe(409);
    expect(await countWrites(api)).toEqual(before);
    expect(await textsFor(maker, id)).toEqual(['还在考虑']);
  });

  it('begins when a broker opens what a party asked for', async () => {
    const id = await introduced('open');
    await api.deps.pool.query(
      "update introductions set status = 'requested', opened_at = null, requested_by_side = 'demand' where id = $1",
      [id],
    );
    const refused = await world.enterprise.post(path(id), { text: 'x' });
    expect([refused.status, refused.body.state]).toEqual([409, 'requested']);
    expect((await maker.post(path(id), { text: 'x' })).status).toBe(404);
    expect((await maker.get(path(id))).status).toBe(404);
  });

  it('is not for a suspended party to add to', async () => {
    const id = await introduced('open');
    await api.deps.pool.query("update organizations set status = 'suspended' where id = $1", [
      world.enterprise.organizationId,
    ]);
    expect((await world.enterprise.post(path(id), { text: 'x' })).status).toBe(403);
    expect((await world.enterprise.get(path(id))).status).toBe(200);
    await api.deps.pool.query("update organizations set status = 'verified' where id = $1", [
      world.enterprise.organizationId,
    ]);
  });

  it('numbers messages without gaps, also those that come at the same time, and pages through them', async () => {
    const id = await introduced('open');
    await Promise.all(Array.from({ length: 12 }, (_, at) => say(at % 2 ? world.enterprise : maker, id, `${at}`)));
    const seen: number[] = [];
    let cursor = '';
    do {
      const page = (await maker.get(`${path(id)}?limit=5${cursor}`)).body;
      seen.push(...page.items.map((item: Body) => item.number));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect((await maker.get(`${path(id)}?cursor=${Buffer.from('x|y').toString('base64url')}`)).status).toBe(422);
  });

  it('is in the audit trail by ids and numbers, without a word of it; nobody can change or delete it', async () => {
    const id = await introduced('open');
    const { id: messageId } = await say(maker, id, '秘密的话');
    expect(await auditOf(api, id)).toEqual(['message.post']);
    const { rows } = await api.deps.pool.query('select details, market_id from audit_entries where subject_id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ details: { messageId, number: 1, side: 'result' }, market_id: world.demandMarket.id }]);
    for (const statement of [
      "update conversation_texts set text = ''",
      'delete from conversation_messages',
      'truncate conversation_files cascade',
    ])
      await expect(api.deps.pool.query(statement)).rejects.toThrow('permission denied');
  });

  it('takes a text once for an Idempotency-Key, and none without words', async () => {
    const id = await introduced('open');
    const key = { 'idempotency-key': `chat-${id}` };
    const [first, again] = [
      await maker.post(path(id), { text: '一次' }, key),
      await maker.post(path(id), { text: '一次' }, key),
    ];
    expect(again.body).toEqual(first.body);
    expect(await textsFor(maker, id)).toEqual(['一次']);
    for (const text of ['', ' \n', 'x'.repeat(4_001)]) expect((await maker.post(path(id), { text })).status).toBe(422);
  });
});

describe('the list of conversations', () => {
  const list = async (person: Person, query = '') => (await person.get(`/v1/conversations${query}`)).body;
  const idsOf = (page: Body) => page.items.map((item: Body) => item.introduction.id);

  it('has those of one’s own introductions in which something was said, newest first, with what one has not read', async () => {
    const [older, newer, silent] = [await introduced('open'), await introduced('accepted'), await introduced('open')];
    await say(world.enterprise, older, '一');
    await say(world.enterprise, newer, '二');
    await say(maker, newer, '三');
    await say(world.enterprise, older, `四${'字'.repeat(200)}`);
    const mine = await list(maker, '?limit=2');
    expect(idsOf(mine)).toEqual([older, newer]);
    expect(mine.items).toMatchObject([
      { lastMessage: { number: 2, side: 'demand', isMe: false }, upToNumber: 0, unread: 2 },
      { lastMessage: { number: 2, side: 'result', isMe: true, excerpt: '三' }, upToNumber: 0, unread: 1 },
    ]);
    expect(mine.items[0].lastMessage.excerpt).toBe(`四${'字'.repeat(139)}…`);
    const summary = (await maker.get('/v1/introductions?limit=100')).body.items.find((one: Body) => one.id === older);
    expect(mine.items[0].introduction).toEqual(summary);
    await maker.post(`${path(older)}/read`, { upToNumber: 1 });
    await maker.post(`${path(newer)}/read`, { upToNumber: 2 });
    expect((await list(maker)).items.slice(0, 2).map((item: Body) => [item.upToNumber, item.unread])).toEqual([
      [1, 1],
      [2, 0],
    ]);
    const unread = idsOf(await list(maker, '?unread=true&limit=100'));
    expect([unread.includes(older), unread.includes(newer)]).toEqual([true, false]);
    for (const reader of everybody()) expect(idsOf(await list(reader, '?limit=100'))).not.toContain(silent);
  });

  it('shows to each what they may read, and goes on where a page ended', async () => {
    const id = await introduced('open', true);
    const { id: messageId } = await say(world.enterprise, id, '匿名的话');
    for (const reader of everybody()) {
      const seen: Body[] = [];
      let cursor = '';
      do {
        const page = await list(reader, `?limit=3${cursor}`);
        seen.push(...page.items);
        cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
      } while (cursor !== '');
      expect(idsOf({ items: seen })).toEqual([...new Set(idsOf({ items: seen }))]);
      const mine = seen.find((item) => item.introduction.id === id);
      expect(mine?.lastMessage.id).toBe((await reader.get(path(id))).status === 200 ? messageId : undefined);
    }
    expect(JSON.stringify((await list(maker)).items[0])).not.toContain(world.enterprise.organizationId);
    expect((await world.enterprise.get('/v1/conversations?cursor=x')).status).toBe(422);
  });
});

describe('who wrote', () => {
  const authorFor = async (reader: Person, id: string) => (await reader.get(path(id))).body.items[0].author;

  it('for an anonymous demand is its side alone to the other party and its broker, until both have accepted', async () => {
    const id = await introduced('open', true);
    await say(world.enterprise, id, '我们的设备是老式的');
    const hidden = { side: 'demand', organizationId: null, organizationName: null, name: null, isMe: false };
    for (const reader of [maker, world.university, world.resultBroker]) {
      expect(await authorFor(reader, id)).toEqual(hidden);
      expect(JSON.stringify((await reader.get(path(id))).body)).not.toContain(world.enterprise.organizationId);
    }
    expect((await authorFor(world.demandBroker, id)).organizationId).toBe(world.enterprise.organizationId);
    await api.deps.pool.query("update introductions set status = 'accepted' where id = $1", [id]);
    expect(await authorFor(maker, id)).toMatchObject({
      organizationId: world.enterprise.organizationId,
      name: '利通区某枸杞乳业公司管理员',
    });
    // A market's staff see the other side as a stranger does.
    expect(await authorFor(world.resultBroker, id)).toEqual(hidden);
  });

  it('is an organization to the other party, and a person once both have accepted; staff are named at once', async () => {
    const id = await introduced('open');
    const { organizationId } = world.university;
    await say(maker, id, '您好');
    expect(await authorFor(world.enterprise, id)).toMatchObject({ side: 'result', organizationId, name: null });
    expect(await authorFor(maker, id)).toMatchObject({ name: 'member', isMe: true });
    for (const reader of [world.university, world.resultBroker])
      expect(await authorFor(reader, id)).toMatchObject({ name: 'member', isMe: false });
    await say(world.demandBroker, id, '请两边约个时间');
    expect(await authorFor(world.enterprise, id)).toMatchObject({
      side: 'demand_market',
      name: 'broker',
      organizationName: '吴忠市科技大市场',
    });
    await say(world.resultBroker, id, '好');
    expect(await authorFor(maker, id)).toMatchObject({ side: 'result_market', organizationName: '长沙科技大市场' });
  });
});

describe('what is unread', () => {
  it("counts others' messages after the last that one has read, for each person, and never goes back", async () => {
    const id = await introduced('open');
    for (const text of ['一', '二', '三']) await say(maker, id, text);
    await say(world.enterprise, id, '四');
    const reading = async (person: Person) => {
      const { upToNumber, unread } = (await person.get(path(id))).body;
      return [upToNumber, unread];
    };
    expect(await reading(world.enterprise)).toEqual([0, 3]);
    expect(await reading(maker)).toEqual([0, 1]);
    const before = await countWrites(api);
    expect((await world.enterprise.post(`${path(id)}/read`, { upToNumber: 2 })).body).toEqual({
      upToNumber: 2,
      unread: 1,
    });
    expect((await world.enterprise.post(`${path(id)}/read`, { upToNumber: 99 })).body).toEqual({
      upToNumber: 4,
      unread: 0,
    });
    expect((await world.enterprise.post(`${path(id)}/read`, { upToNumber: 1 })).body).toEqual({
      upToNumber: 4,
      unread: 0,
    });
    expect(await reading(maker)).toEqual([0, 1]);
    expect(await countWrites(api)).toEqual(before);
  });

  it('is told once to everybody but its author, again after they have looked, and not at all to those who have read it', async () => {
    const id = await introduced('open');
    const sender = createSender(api);
    await sender.workNotices();
    const noticesOf = async (person: Person) => {
      const { rows } = await api.deps.pool.query(
        `select count(*)::int as told from notifications n join conversation_messages m on m.id = n.subject_id
         where n.type = 'message.posted' and n.user_id = $1 and m.introduction_id = $2`,
        [person.userId, id],
      );
      return rows[0].told;
    };
    for (const text of ['一', '二']) await say(maker, id, text);
    await sender.workNotices();
    for (const person of [world.enterprise, world.university, world.demandBroker, world.resultBroker])
      expect(await noticesOf(person)).toBe(1);
    for (const person of [maker, colleague, world.strangerEnterprise]) expect(await noticesOf(person)).toBe(0);
    await say(maker, id, '三');
    await sender.workNotices();
    expect(await noticesOf(world.enterprise)).toBe(1);
    api.clock.advance({ minutes: 1 });
    await world.enterprise.post(`${path(id)}/read`, { upToNumber: 3 });
    await say(maker, id, '四');
    await sender.workNotices();
    expect([await noticesOf(world.enterprise), await noticesOf(world.university)]).toEqual([2, 1]);
    await say(world.demandBroker, id, '五');
    await maker.post(`${path(id)}/read`, { upToNumber: 5 });
    await sender.workNotices();
    expect(await noticesOf(maker)).toBe(0);
    const inbox = (await world.enterprise.get('/v1/notifications?type=message.posted')).body.items[0];
    expect(inbox.title).toBe('对接中有新消息');
    expect(JSON.stringify(inbox)).not.toContain('四');
  });
});

describe('a file sent along', () => {
  const fileOf = (id: string, messageId: string, name = '数据.csv') =>
    `${path(id)}/${messageId}/attachments/${encodeURIComponent(name)}`;

  it('is listed with its message, and read by all who read it and nobody else', async () => {
    const id = await introduced('open');
    const message = await say(maker, id, '见附件');
    const put = await maker.put(fileOf(id, message.id), '甲,乙', { 'content-type': 'text/csv' });
    expect([put.status, put.body.name]).toEqual([200, '数据.csv']);
    for (const reader of everybody()) {
      expect((await reader.get(path(id))).body.items[0].attachments).toEqual([put.body]);
      expect((await reader.get(fileOf(id, message.id))).body).toBe('甲,乙');
    }
    for (const person of [colleague, world.strangerEnterprise, world.admin])
      expect((await person.get(fileOf(id, message.id))).status).toBe(404);
    expect(await auditOf(api, id)).toEqual(['message.post', 'message.attach']);
    const other = await introduced('open');
    expect((await maker.get(fileOf(other, message.id))).status).toBe(404);
  });

  it("comes from the message's author, within a day, ten at most, and is not replaced", async () => {
    const id = await introduced('open');
    const message = await say(maker, id, '见附件');
    for (const person of [world.university, world.enterprise, world.demandBroker])
      expect((await person.put(fileOf(id, message.id), 'x')).status).toBe(403);
    expect((await maker.put(fileOf(id, message.id), 'x')).status).toBe(200);
    expect((await maker.put(fileOf(id, message.id), 'y')).status).toBe(409);
    expect((await maker.get(fileOf(id, message.id))).body).toBe('x');
    const more = await Promise.all(
      Array.from({ length: 12 }, (_, at) => maker.put(fileOf(id, message.id, `${at}.txt`), 'x')),
    );
    expect(more.map((answer) => answer.status).sort()).toEqual([...Array(9).fill(200), ...Array(3).fill(409)]);
    const old = await say(maker, id, '明天再补');
    await api.deps.pool.query("update sessions set expires_at = '2100-01-01'");
    api.clock.advance({ hours: 25 });
    expect((await maker.put(fileOf(id, old.id), 'x')).status).toBe(409);
  });
});

it('texts and files are seen by the database role only with the settings of a party or market of the introduction', async () => {
  const id = await introduced('open');
  const message = await say(maker, id, '见附件');
  await maker.put(`${path(id)}/${message.id}/attachments/a.txt`, 'x');
  const seen = (settings: Record<string, string>) =>
    rolledBack(api.deps.pool, settings, async (client) => {
      const count = (table: string) =>
        client.query(`select count(*)::int as seen from ${table} where message_id = $1`, [message.id]);
      return [(await count('conversation_texts')).rows[0].seen, (await count('conversation_files')).rows[0].seen];
    });
  expect(await seen({})).toEqual([0, 0]);
  for (const { organizationId } of [world.strangerEnterprise, world.strangerUniversity])
    expect(await seen({ 'duijie.organization_id': organizationId })).toEqual([0, 0]);
  for (const { organizationId } of [world.enterprise, world.university])
    expect(await seen({ 'duijie.organization_id': organizationId })).toEqual([1, 1]);
  for (const market of [world.demandMarket, world.resultMarket])
    expect(await seen({ 'duijie.market_ids': `{${market.id}}` })).toEqual([1, 1]);
});
