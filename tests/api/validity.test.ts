import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messages, notifications } from '../../db/schema/index.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import { expireDemands } from '../../src/demands/service.ts';
import { noticeMail } from '../../src/notifications/service.ts';
import { expireResults } from '../../src/results/service.ts';
import { indexChanges } from '../../src/search/service.ts';
import {
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
import { insertMatch } from '../setup/introductions.ts';
import { renewalTokenOf } from '../setup/renewals.ts';
import { messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;
beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  await api.deps.pool.query('update users set email_verified_at = now()');
});
afterAll(() => api.close());

const form = { 'content-type': 'application/x-www-form-urlencoded' };

function ctx(name: string) {
  return api.deps.ctxFor({ kind: 'system', name });
}

describe.each(['demand', 'result'] as const)('the mail that asks whether a %s is still current', (kind) => {
  const path = (id: string) => `/v1/${kind}s/${id}`;
  const ownerOf = (): Person => (kind === 'demand' ? world.enterprise : world.university);
  const brokerOf = () => (kind === 'demand' ? world.demandBroker : world.resultBroker);

  async function published(validUntil: string): Promise<Body> {
    return kind === 'demand'
      ? await publishDemand(ownerOf(), brokerOf(), { ...demandInput, validUntil })
      : await publishResult(ownerOf(), brokerOf(), { ...resultInput, validUntil });
  }

  /** As the sweep, the notice and its mail make it. */
  async function mailedLink({ id }: Body): Promise<string> {
    const expire = kind === 'demand' ? expireDemands : expireResults;
    expect(await expire(ctx(`expire-${kind}s`))).toMatchObject({ asked: 1, expired: 0 });
    const [asking] = (await api.deps.db.select().from(messages)).filter(
      (row) => row.type === `${kind}.expiring` && row.subjectId === id,
    );
    const { userId, organizationId } = ownerOf();
    const notice = { id: crypto.randomUUID(), messageId: asking?.id ?? '', userId, organizationId };
    await api.deps.db.insert(notifications).values({
      ...notice,
      type: `${kind}.expiring`,
      subjectType: kind,
      subjectId: id,
      params: {},
      createdAt: api.clock.now(),
    });
    const mail = await noticeMail(ctx('mail'), notice.id, 'https://market.example/');
    const [, link = ''] = /https:\/\/market\.example(\/v1\/renewals\/\S+)/.exec(mail?.text ?? '') ?? [];
    expect(mail?.html).toContain(link);
    return link;
  }

  it('leads to a page that changes nothing, whose one button keeps the record for another year', async () => {
    const record = await published('2026-11-30');
    const link = await mailedLink(record);
    const page = await api.anonymous.get(link);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.body.match(/<form method="post">/g)).toHaveLength(1);
    expect(page.body).toContain('有效期至 2026-11-30');
    expect(page.body).not.toMatch(/<script|<img|https?:/);
    expect((await ownerOf().get(path(record.id))).body.validUntil).toBe(record.validUntil);
    for (const wrong of ['keep=no', '', 'x=1']) expect((await api.anonymous.post(link, wrong, form)).status).toBe(422);

    const kept = await api.anonymous.post(link, 'keep=yes', form);
    expect([kept.status, kept.body.includes('<form')]).toEqual([200, false]);
    const { body } = await ownerOf().get(path(record.id));
    expect(Date.parse(body.validUntil) - api.clock.now().getTime()).toBe(365 * 86_400_000);
    const history = (await ownerOf().get(`${path(record.id)}/history`)).body.items;
    expect(history.at(-1)).toMatchObject({ action: `${kind}.renew` });

    // It was good for that one question.
    await api.deps.pool.query("update users set locale = 'en' where id = $1", [ownerOf().userId]);
    api.clock.advance({ minutes: 1 });
    expect((await api.anonymous.post(link, 'keep=yes', form)).body).toContain('Nothing is left to do');
    expect((await ownerOf().get(path(record.id))).body).toEqual(body);
    await api.deps.pool.query("update users set locale = 'zh-CN' where id = $1", [ownerOf().userId]);
  });

  it('is good for no record that is not public any more, and for nobody who does not own it any more', async () => {
    const record = await published('2027-12-31');
    const validUntil = new Date(record.validUntil);
    const tokenFor = async ({ userId }: Person) =>
      await renewalTokenOf(api, { kind, recordId: record.id, userId, validUntil });
    const token = await tokenFor(ownerOf());
    const changed = `${token.slice(0, 30)}${token[30] === 'A' ? 'B' : 'A'}${token.slice(31)}`;
    const strangers = await tokenFor(kind === 'demand' ? world.strangerEnterprise : world.strangerUniversity);
    for (const unknown of [changed, 'x', strangers, await tokenFor(brokerOf() as Person)]) {
      expect((await api.anonymous.get(`/v1/renewals/${unknown}`)).status).toBe(404);
      expect((await api.anonymous.post(`/v1/renewals/${unknown}`, 'keep=yes', form)).status).toBe(404);
    }
    await ownerOf().post(`${path(record.id)}/withdraw`);
    const page = await api.anonymous.post(`/v1/renewals/${token}`, 'keep=yes', form);
    expect([page.status, page.body.includes('链接已失效')]).toEqual([200, true]);
    expect((await ownerOf().get(path(record.id))).body).toMatchObject({ validUntil: record.validUntil });
  });
});

describe('a demand whose owner says nothing', () => {
  it('is out of search, lists, reading and introducing at the moment it ends, and archived by the next sweep', async () => {
    const title = '需要在期限内答复的超声清洗需求';
    const ends = new Date(api.clock.now().getTime() + 600_000).toISOString();
    const demand = await publishDemand(world.enterprise, world.demandBroker, {
      ...demandInput,
      title,
      validUntil: ends,
    });
    const result = await publishResult(world.university, world.resultBroker, {
      ...resultInput,
      validUntil: '2027-12-31',
    });
    const match = await insertMatch(api, demand, result);
    const rows = await api.deps.db.select().from(messages).orderBy(messages.xid, messages.id);
    await indexChanges(ctx('search-index'), api.deps.searchEngines.postgres, rows as StoredMessage[]);
    const seen = async () => ({
      search: (await api.anonymous.get(`/v1/search/demands?q=${encodeURIComponent('超声清洗')}`)).body.items.length,
      listed: (await api.anonymous.get('/v1/demands')).body.items.some((item: Body) => item.id === demand.id),
      read: (await world.strangerUniversity.get(`/v1/demands/${demand.id}`)).status,
    });
    expect(await seen()).toEqual({ search: 1, listed: true, read: 200 });

    api.clock.advance({ minutes: 9 });
    expect(await seen()).toEqual({ search: 1, listed: true, read: 200 });
    expect(await expireDemands(ctx('expire-demands'))).toEqual({ asked: 1, expired: 0 });
    api.clock.advance({ minutes: 1 });
    // No sweep has run, and the index still has it.
    expect(await seen()).toEqual({ search: 0, listed: false, read: 404 });
    expect((await world.demandBroker.post(`/v1/matches/${match}/introductions`, {})).status).toBe(409);

    api.clock.advance({ seconds: 30 });
    expect(await expireDemands(ctx('expire-demands'))).toEqual({ asked: 0, expired: 1 });
    expect((await world.enterprise.get(`/v1/demands/${demand.id}`)).body.status).toBe('expired');
    // The run that takes its matches off the lists, and the notice to its owner, hang on this.
    expect((await messagesAbout(api, demand.id)).at(-1)).toBe('demand.expired');
  });
});
