import { createHash } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  registerOrganization,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertMatch } from '../setup/introductions.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

type Kind = 'demand' | 'result';

const kinds: Kind[] = ['demand', 'result'];
const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0x00, 0xff, 0xfe, 0x0a]);
const pdf = { 'content-type': 'application/pdf' };
const unknownId = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';

function ownerOf(kind: Kind): Person {
  return kind === 'demand' ? world.enterprise : world.university;
}

function brokerOf(kind: Kind): Person {
  return kind === 'demand' ? world.demandBroker : world.resultBroker;
}

async function draft(kind: Kind): Promise<string> {
  const made = await ownerOf(kind).post(`/v1/${kind}s`, kind === 'demand' ? demandInput : resultInput);
  return made.body.id;
}

async function published(kind: Kind): Promise<string> {
  const publish = kind === 'demand' ? publishDemand : publishResult;
  return (await publish(ownerOf(kind), brokerOf(kind))).id;
}

function pathOf(kind: Kind, id: string, name = '工艺说明 (终稿).pdf'): string {
  return `/v1/${kind}s/${id}/attachments/${encodeURIComponent(name)}`;
}

/** The bytes of an answer as they come. */
async function download(person: Person, url: string) {
  const request: InjectOptions = { method: 'GET', url, headers: { authorization: `Bearer ${person.token}` } };
  return await api.app.inject(request);
}

async function namesOf(reader: Caller, kind: Kind, id: string): Promise<string[]> {
  const list = await reader.get(`/v1/${kind}s/${id}/attachments`);
  expect(list.status).toBe(200);
  return list.body.items.map((item: Body) => item.name);
}

function comparable({ status, body, headers }: Answer) {
  return { status, body: { ...body, requestId: '' }, headers: Object.keys(headers).sort() };
}

/** What the row-level policies let through for the application's role with these settings. */
async function visibleRows(recordId: string, settings: Record<string, string> = {}): Promise<number> {
  const client = await api.deps.pool.connect();
  try {
    await client.query('begin');
    for (const [name, value] of Object.entries(settings))
      await client.query('select set_config($1, $2, true)', [name, value]);
    const { rows } = await client.query('select count(*)::int as seen from attachments where record_id = $1', [
      recordId,
    ]);
    return rows[0].seen;
  } finally {
    await client.query('rollback');
    client.release();
  }
}

describe.each(kinds)('a file of a %s', (kind) => {
  it('is kept byte by byte, listed, audited, and downloaded under its name by owner and broker', async () => {
    const id = await published(kind);
    const told = await messagesAbout(api, id);
    const kept = await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    expect(kept.status).toBe(200);
    expect(kept.body).toEqual({
      id: expect.any(String),
      name: '工艺说明 (终稿).pdf',
      mediaType: 'application/pdf',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      createdAt: api.clock.now().toISOString(),
    });
    for (const reader of [ownerOf(kind), brokerOf(kind)]) {
      const list = await reader.get(`/v1/${kind}s/${id}/attachments`);
      expect(list.body).toEqual({ items: [kept.body] });
      const file = await download(reader, pathOf(kind, id));
      expect(file.statusCode).toBe(200);
      expect(file.rawPayload.equals(bytes)).toBe(true);
      expect(file.headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent('工艺说明')}%20%28${encodeURIComponent('终稿')}%29.pdf`,
        'x-content-type-options': 'nosniff',
        'content-length': String(bytes.length),
      });
    }
    expect((await auditOf(api, id)).at(-1)).toBe('attachment.put');
    expect(await messagesAbout(api, id)).toEqual(told);
  });

  it('is in the history of its record by id, without its name', async () => {
    const id = await draft(kind);
    const kept = await ownerOf(kind).put(pathOf(kind, id, '配方甲.pdf'), bytes, pdf);
    const history = await ownerOf(kind).get(`/v1/${kind}s/${id}/history`);
    expect(history.body.items.at(-1)).toMatchObject({
      action: 'attachment.put',
      details: { attachmentId: kept.body.id },
    });
    expect(JSON.stringify(history.body)).not.toContain('配方甲');
  });

  it('is replaced by another of the same name', async () => {
    const id = await draft(kind);
    const first = await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    api.clock.advance({ minutes: 1 });
    const second = await ownerOf(kind).put(pathOf(kind, id), '第二版', { 'content-type': 'text/plain; charset=utf-8' });
    expect(second.body).toMatchObject({ id: first.body.id, mediaType: 'text/plain', sizeBytes: 9 });
    expect(second.body.createdAt > first.body.createdAt).toBe(true);
    expect((await ownerOf(kind).get(`/v1/${kind}s/${id}/attachments`)).body.items).toEqual([second.body]);
    expect((await ownerOf(kind).get(pathOf(kind, id))).body).toBe('第二版');
  });

  it('is deleted by its owner, once', async () => {
    const id = await draft(kind);
    await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    expect((await ownerOf(kind).delete(pathOf(kind, id))).status).toBe(204);
    expect((await ownerOf(kind).delete(pathOf(kind, id))).status).toBe(404);
    expect((await ownerOf(kind).get(pathOf(kind, id))).status).toBe(404);
    expect((await auditOf(api, id)).slice(-2)).toEqual(['attachment.put', 'attachment.delete']);
  });

  it('is added while its record can be changed, and not in any other state', async () => {
    const owner = ownerOf(kind);
    const broker = brokerOf(kind);
    const put = async (id: string) => (await owner.put(pathOf(kind, id), bytes, pdf)).status;
    const id = await draft(kind);
    expect(await put(id)).toBe(200);
    await owner.post(`/v1/${kind}s/${id}/submit`);
    const refused = await owner.put(pathOf(kind, id, '补充.pdf'), bytes, pdf);
    expect([refused.status, refused.body.state]).toEqual([409, 'submitted']);
    expect(await namesOf(owner, kind, id)).toHaveLength(1);
    await broker.post(`/v1/${kind}s/${id}/return`, { reason: '请补充附件' });
    expect(await put(id)).toBe(200);
    await owner.post(`/v1/${kind}s/${id}/submit`);
    await broker.post(`/v1/${kind}s/${id}/publish`);
    expect(await put(id)).toBe(200);
    await owner.post(`/v1/${kind}s/${id}/withdraw`);
    expect(await put(id)).toBe(409);
    // What should not be there any more can still be taken away.
    expect((await owner.delete(pathOf(kind, id))).status).toBe(204);
  });

  it('is written by nobody but its owner, and what is refused changes nothing', async () => {
    const id = await published(kind);
    await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    const before = await countWrites(api);
    const other = ownerOf(kind === 'demand' ? 'result' : 'demand');
    for (const person of [brokerOf(kind), world.provinceDirector, other, world.strangerEnterprise, world.admin]) {
      expect((await person.put(pathOf(kind, id, '别的.pdf'), bytes, pdf)).status).toBe(403);
      expect((await person.delete(pathOf(kind, id))).status).toBe(403);
    }
    expect((await api.anonymous.put(pathOf(kind, id), bytes, pdf)).status).toBe(401);
    expect((await api.anonymous.delete(pathOf(kind, id))).status).toBe(401);
    expect(await countWrites(api)).toEqual(before);
    expect(await namesOf(ownerOf(kind), kind, id)).toEqual(['工艺说明 (终稿).pdf']);
  });

  it('does not exist for others, exactly as a record that nobody has', async () => {
    const id = await published(kind);
    await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    const others = [ownerOf(kind === 'demand' ? 'result' : 'demand'), world.strangerEnterprise, world.admin];
    for (const reader of [...others, world.strangerUniversity, brokerOf(kind === 'demand' ? 'result' : 'demand')]) {
      for (const url of [pathOf(kind, id), `/v1/${kind}s/${id}/attachments`]) {
        const hidden = await reader.get(url);
        expect(hidden.status).toBe(404);
        expect(comparable(hidden)).toEqual(comparable(await reader.get(url.replace(id, unknownId))));
      }
    }
    expect((await api.anonymous.get(pathOf(kind, id))).status).toBe(401);
  });

  it('of a draft is for its owner alone', async () => {
    const id = await draft(kind);
    await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    expect((await brokerOf(kind).get(pathOf(kind, id))).status).toBe(404);
    expect((await brokerOf(kind).put(pathOf(kind, id), bytes, pdf)).status).toBe(404);
  });

  it('is of one type of record: the id of the other finds nothing', async () => {
    const id = await draft(kind);
    await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    const wrong = pathOf(kind === 'demand' ? 'result' : 'demand', id);
    expect((await ownerOf(kind).get(wrong)).status).toBe(404);
    expect((await ownerOf(kind).put(wrong, bytes, pdf)).status).toBe(404);
  });

  it('is seen by the database role only with the settings of its owner or broker', async () => {
    const id = await published(kind);
    await ownerOf(kind).put(pathOf(kind, id), bytes, pdf);
    const market = kind === 'demand' ? world.demandMarket : world.resultMarket;
    const stranger = kind === 'demand' ? world.strangerEnterprise : world.strangerUniversity;
    expect(await visibleRows(id)).toBe(0);
    expect(await visibleRows(id, { 'duijie.organization_id': stranger.organizationId })).toBe(0);
    expect(await visibleRows(id, { 'duijie.organization_id': ownerOf(kind).organizationId })).toBe(1);
    expect(await visibleRows(id, { 'duijie.market_ids': `{${market.id}}` })).toBe(1);
    const write = api.deps.pool.query(
      `insert into attachments (id, record_type, record_id, name, media_type, size_bytes, sha256, content, created_by_user_id, created_at)
       values ($1, $2, $3, 'x', 'text/plain', 0, '', '', $1, now())`,
      [unknownId, kind, id],
    );
    await expect(write).rejects.toThrow('row-level security');
  });
});

describe('after both parties have accepted', () => {
  it('neither gets the files of the other: that waits for a confidentiality agreement', async () => {
    const demand = await publishDemand(world.enterprise, world.demandBroker);
    const result = await publishResult(world.university, world.resultBroker);
    await world.enterprise.put(pathOf('demand', demand.id), bytes, pdf);
    await world.university.put(pathOf('result', result.id), bytes, pdf);
    const match = await insertMatch(api, demand, result);
    const made = await world.demandBroker.post(`/v1/matches/${match}/introductions`, { message: '请交流' });
    for (const party of [world.enterprise, world.university])
      expect((await party.post(`/v1/introductions/${made.body.id}/accept`, {})).status).toBe(200);
    // The confidential detail is open by now; the files are not.
    expect((await world.university.get(`/v1/demands/${demand.id}`)).body.confidentiality.detail).toContain('配方');
    for (const [reader, url] of [
      [world.university, pathOf('demand', demand.id)],
      [world.university, `/v1/demands/${demand.id}/attachments`],
      [world.enterprise, pathOf('result', result.id)],
      [world.enterprise, `/v1/results/${result.id}/attachments`],
    ] as const) {
      expect((await reader.get(url)).status, url).toBe(404);
    }
    expect(await visibleRows(demand.id, { 'duijie.organization_id': world.university.organizationId })).toBe(0);
  });
});

describe('within a university', () => {
  it('a colleague of the one who made the result gets no file of it, and an admin does', async () => {
    const { organizationId } = world.university;
    const maker = await addMember(api, world.university, organizationId, 'member');
    const colleague = await addMember(api, world.university, organizationId, 'member');
    const { id } = (await maker.post('/v1/results', resultInput)).body;
    expect((await maker.put(pathOf('result', id), bytes, pdf)).status).toBe(200);
    expect((await colleague.get(pathOf('result', id))).status).toBe(404);
    expect((await colleague.put(pathOf('result', id), bytes, pdf)).status).toBe(404);
    expect((await world.university.get(`/v1/results/${id}/attachments`)).body.items).toHaveLength(1);
  });
});

describe('a suspended organization', () => {
  it('reads its files and writes none', async () => {
    const person = await registerOrganization(api, 'enterprise', '640303', '将被暂停的公司');
    const { id } = (await person.post('/v1/demands', demandInput)).body;
    await person.put(pathOf('demand', id), bytes, pdf);
    const url = `/v1/organizations/${person.organizationId}`;
    await world.demandBroker.post(`${url}/verify`);
    expect((await world.demandBroker.post(`${url}/suspend`, { reason: '材料核查' })).status).toBe(200);
    expect((await download(person, pathOf('demand', id))).statusCode).toBe(200);
    expect((await person.put(pathOf('demand', id), bytes, pdf)).status).toBe(403);
    expect((await person.delete(pathOf('demand', id))).status).toBe(403);
  });
});

describe('how much a record holds', () => {
  const limitBytes = 10 * 1024 * 1024;

  it('is ten MiB a file: one byte more is refused in words of its own, and nothing is kept', async () => {
    const id = await draft('demand');
    const full = Buffer.alloc(limitBytes, 7);
    expect((await world.enterprise.put(pathOf('demand', id, '满.zip'), full)).body.sizeBytes).toBe(limitBytes);
    const file = await download(world.enterprise, pathOf('demand', id, '满.zip'));
    expect(file.rawPayload.equals(full)).toBe(true);
    const before = await countWrites(api);
    const answer = await world.enterprise.put(pathOf('demand', id, '过.zip'), Buffer.alloc(limitBytes + 1), {
      'accept-language': 'en',
    });
    expect(answer.status).toBe(413);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'TOO_LARGE', detail: 'The file is too large (at most 10 MiB).' });
    expect(await countWrites(api)).toEqual(before);
    expect(await namesOf(world.enterprise, 'demand', id)).toEqual(['满.zip']);
  });

  it('is twenty files, also when more come at the same time; one of the twenty can still be replaced', async () => {
    const id = await draft('demand');
    const before = await countWrites(api);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, at) => world.enterprise.put(pathOf('demand', id, `${at}.pdf`), bytes, pdf)),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(20).fill(200), ...Array(10).fill(409)]);
    const kept = await namesOf(world.enterprise, 'demand', id);
    expect(kept).toHaveLength(20);
    expect((await countWrites(api)).audit).toBe(before.audit + 20);
    const [name = ''] = kept;
    expect((await world.enterprise.put(pathOf('demand', id, name), 'x', pdf)).status).toBe(200);
    expect((await world.enterprise.put(pathOf('demand', id, '又一个.pdf'), bytes, pdf)).status).toBe(409);
    await world.enterprise.delete(pathOf('demand', id, name));
    expect((await world.enterprise.put(pathOf('demand', id, '又一个.pdf'), bytes, pdf)).status).toBe(200);
  });

  it('is no empty file', async () => {
    const id = await draft('demand');
    for (const headers of [pdf, {}]) {
      expect((await world.enterprise.put(pathOf('demand', id), undefined, headers)).status).toBe(422);
      expect((await world.enterprise.put(pathOf('demand', id), '', headers)).status).toBe(422);
    }
    expect(await namesOf(world.enterprise, 'demand', id)).toEqual([]);
  });
});

describe('the name of a file', () => {
  it('has one to a hundred and twenty characters, none of them a separator or a control', async () => {
    const id = await draft('demand');
    const before = await countWrites(api);
    for (const name of [
      'a/b',
      'a\\b',
      'a\u0000b',
      'a\nb',
      '\u202efdp.exe',
      ' ',
      '　',
      '名'.repeat(121),
      'x'.repeat(121),
    ]) {
      const answer = await world.enterprise.put(pathOf('demand', id, name), bytes, pdf);
      expect([name, answer.status]).toEqual([name, 422]);
    }
    for (const dots of ['%2e', '%2E%2E']) {
      const answer = await world.enterprise.put(`/v1/demands/${id}/attachments/${dots}`, bytes, pdf);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    expect(await countWrites(api)).toEqual(before);
  });

  it('may be long, and hold what a header or an address would take for its own', async () => {
    const id = await draft('demand');
    for (const name of ['名'.repeat(120), `a"b';c%2F?#&(1)*.pdf`, '..pdf', 'emoji 🧪.txt']) {
      expect((await world.enterprise.put(pathOf('demand', id, name), bytes, pdf)).body.name).toBe(name);
      const file = await download(world.enterprise, pathOf('demand', id, name));
      const [, encoded = ''] =
        /^attachment; filename\*=UTF-8''([\w.~!%-]+)$/.exec(String(file.headers['content-disposition'])) ?? [];
      expect(decodeURIComponent(encoded)).toBe(name);
    }
  });
});

describe('the type of a file', () => {
  it('is kept as sent, and served only when no browser runs anything of it', async () => {
    const id = await draft('demand');
    for (const [sent, served] of [
      ['text/html; charset=utf-8', 'application/octet-stream'],
      ['image/svg+xml', 'application/octet-stream'],
      ['application/json', 'application/octet-stream'],
      ['IMAGE/PNG', 'image/png'],
    ] as const) {
      const kept = await world.enterprise.put(pathOf('demand', id), '{"a":1', { 'content-type': sent });
      expect(kept.body.mediaType).toBe(sent.split(';')[0]?.toLowerCase());
      const file = await download(world.enterprise, pathOf('demand', id));
      expect(file.headers['content-type']).toBe(served);
      expect(file.body).toBe('{"a":1');
    }
  });

  it('is unknown when none is named, and no type at all is a fault', async () => {
    const id = await draft('demand');
    expect((await world.enterprise.put(pathOf('demand', id), 'x')).body.mediaType).toBe('application/octet-stream');
    const answer = await world.enterprise.put(pathOf('demand', id), 'x', { 'content-type': 'pdf' });
    expect(answer.status).toBe(415);
    expect(answer.body.detail).toContain('application/pdf');
  });

  it('matters to these operations alone: elsewhere a body is JSON as before', async () => {
    const answer = await world.enterprise.post('/v1/demands', 'x', { 'content-type': 'text/csv' });
    expect(answer.status).toBe(415);
    expect(answer.body.detail).toContain('application/json');
    const id = await draft('demand');
    await world.enterprise.put(pathOf('demand', id), bytes, pdf);
    expect((await world.enterprise.delete(pathOf('demand', id), { reason: 'x' })).status).toBe(422);
  });
});
