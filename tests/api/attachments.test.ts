import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, rename, stat } from 'node:fs/promises';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storeUpload, sweepFiles } from '../../src/files/service.ts';
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
import { auditOf, countWrites, messagesAbout, rolledBack } from '../setup/rows.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

type Kind = 'demand' | 'result';

const kinds: Kind[] = ['demand', 'result'];
const bytes = Buffer.from('%PDF-1.7\n\x00\xff\xfe\n', 'latin1');
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
  return await rolledBack(api.deps.pool, settings, async (client) => {
    const { rows } = await client.query('select count(*)::int as seen from attachments where record_id = $1', [
      recordId,
    ]);
    return rows[0].seen;
  });
}

async function storedKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of api.deps.fileStore.list()) keys.push(key);
  return keys.sort();
}

async function knownKeys(): Promise<string[]> {
  const { rows } = await api.deps.pool.query('select storage_key as key from files order by storage_key');
  return rows.map(({ key }) => key);
}

/** Bytes whose transaction never came. */
async function storeAlone(): Promise<void> {
  const ctx = api.deps.ctxFor({ kind: 'system', name: 'test' });
  await storeUpload(ctx, { chunks: Readable.from([bytes]), mediaType: null, sizeBytes: null }, 1_000);
}

/** A zip of empty entries (APPNOTE.TXT, 4.3), stored. */
function zipOf(...names: string[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const name of names) {
    const encoded = Buffer.from(name);
    const offset = Buffer.concat(parts).length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(encoded.length, 26);
    parts.push(local, encoded);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(encoded.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, encoded);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(Buffer.concat(parts).length, 16);
  return Buffer.concat([...parts, ...directory, end]);
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
      `insert into attachments (id, record_type, record_id, name, file_id, created_at) select $1, $2, $3, 'x', id, now() from files limit 1`,
      [unknownId, kind, id],
    );
    await expect(write).rejects.toThrow('row-level security');
  });
});

describe('after both parties have accepted', () => {
  it('neither gets the files of the other: that waits for the confidentiality agreement', async () => {
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
  const limitBytes = 50 * 1024 * 1024;

  it('is fifty MiB a file: what announces or has a byte more is refused in words of its own, and nothing is kept', async () => {
    const id = await draft('demand');
    const before = await countWrites(api);
    const stored = await storedKeys();
    const tooMuch = Buffer.alloc(limitBytes + 1, ' ');
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await world.enterprise.put(pathOf('demand', id, '过.txt'), tooMuch, {
        'accept-language': 'en',
        ...headers,
      });
      expect(answer.status).toBe(413);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ code: 'TOO_LARGE', detail: 'The file is too large (at most 50 MiB).' });
    }
    expect(await countWrites(api)).toEqual(before);
    expect(await storedKeys()).toEqual(stored);
    expect(await namesOf(world.enterprise, 'demand', id)).toEqual([]);
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
    expect((await world.enterprise.put(pathOf('demand', id, name), bytes, pdf)).status).toBe(200);
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
  const openXml = 'application/vnd.openxmlformats-officedocument';
  const docx = zipOf('[Content_Types].xml', '_rels/.rels', 'word/document.xml');

  it.each<[string, Buffer | string, string | null, string]>([
    ['a PDF', bytes, null, 'application/pdf'],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1'), 'IMAGE/PNG', 'image/png'],
    ['a JPEG', Buffer.from('\xff\xd8\xff\xe0........', 'latin1'), 'image/jpeg', 'image/jpeg'],
    ['a WebP', 'RIFF....WEBPVP8 ', 'application/octet-stream', 'image/webp'],
    ['text', '第一行\r\n第二行\t', 'text/plain; charset=utf-8', 'text/plain'],
    ['one letter', '字', null, 'text/plain'],
    ['a table', '\ufeff甲,乙\n1,2\n', 'text/csv', 'text/csv'],
    ['a zip', zipOf('图纸/总图.dwg', 'readme'), 'application/zip', 'application/zip'],
    ['a document', docx, `${openXml}.wordprocessingml.document`, `${openXml}.wordprocessingml.document`],
    ['a workbook', zipOf('xl/workbook.xml', '[Content_Types].xml'), null, `${openXml}.spreadsheetml.sheet`],
    ['slides', zipOf('[Content_Types].xml', 'ppt/presentation.xml'), null, `${openXml}.presentationml.presentation`],
  ])('is found in its bytes: %s', async (_what, content, declared, kept) => {
    const id = await draft('demand');
    const sent = declared === null ? {} : { 'content-type': declared };
    const answer = await world.enterprise.put(pathOf('demand', id, '文件'), content, sent);
    expect([answer.status, answer.body.mediaType]).toEqual([200, kept]);
    const file = await download(world.enterprise, pathOf('demand', id, '文件'));
    expect(file.headers['content-type']?.toString().split(';')[0]).toBe(kept);
    expect(file.rawPayload.equals(Buffer.from(content))).toBe(true);
  });

  it.each<[string, Buffer | string, string]>([
    ['a page', '<html><script>', 'text/html'],
    ['a drawing with scripts', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
    ['a text called a PDF', 'not a PDF', 'application/pdf'],
    ['a PDF called a text', bytes, 'text/plain'],
    ['a document called a workbook', docx, `${openXml}.spreadsheetml.sheet`],
    [
      'a document with macros',
      zipOf('[Content_Types].xml', 'word/document.xml', 'word/vbaProject.bin'),
      'application/octet-stream',
    ],
    ['half a zip', docx.subarray(0, docx.length - 10), 'application/zip'],
    ['a program', Buffer.from('\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00', 'latin1'), 'application/octet-stream'],
    ['GBK', Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0xca, 0xc0, 0xbd, 0xe7]), 'text/plain'],
    ['a text cut in a character', Buffer.from('工艺').subarray(0, 5), 'text/plain'],
    ['a text with a NUL far on', `${'x'.repeat(300_000)}\u0000`, 'text/plain'],
  ])('is refused with what is taken instead: %s', async (_what, content, declared) => {
    const id = await draft('demand');
    const stored = await storedKeys();
    const answer = await world.enterprise.put(pathOf('demand', id), content, { 'content-type': declared });
    expect([answer.status, answer.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(answer.body.detail).toContain('DOCX');
    expect(await namesOf(world.enterprise, 'demand', id)).toEqual([]);
    expect(await storedKeys()).toEqual(stored);
  });

  it('is no type at all: a fault', async () => {
    const id = await draft('demand');
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

describe('a download', () => {
  const text = '0123456789';
  const tag = `"${createHash('sha256').update(text).digest('hex')}"`;
  let url: string;

  beforeAll(async () => {
    url = pathOf('demand', await draft('demand'), '十.txt');
    expect((await world.enterprise.put(url, text, { 'content-type': 'text/plain' })).status).toBe(200);
  });

  it('opens in no page, and is kept by its reader alone', async () => {
    const { headers } = await download(world.enterprise, url);
    expect(headers).toMatchObject({
      'content-disposition': expect.stringMatching(/^attachment;/),
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      'accept-ranges': 'bytes',
      etag: tag,
    });
  });

  it('is answered with 304 to those who have it, and with the file to others', async () => {
    for (const header of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const answer = await world.enterprise.get(url, { 'if-none-match': header });
      expect([header, answer.status, answer.body, answer.headers.etag]).toEqual([header, 304, null, tag]);
    }
    expect((await world.enterprise.get(url, { 'if-none-match': '"x"' })).status).toBe(200);
    expect((await world.university.get(url, { 'if-none-match': '*' })).status).toBe(404);
  });

  it.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-30', 206, text, 'bytes 0-9/10'],
    ['bytes=9-99', 206, '9', 'bytes 9-9/10'],
    ['bytes=0-0,5-6', 200, text, undefined],
    ['bytes=5-3', 200, text, undefined],
    ['bytes=-', 200, text, undefined],
    ['lines=1-2', 200, text, undefined],
  ])('of %s is answered with %i %s', async (range, status, body, contentRange) => {
    const answer = await world.enterprise.get(url, { range });
    expect([answer.status, answer.body, answer.headers['content-range']]).toEqual([status, body, contentRange]);
    expect(answer.headers['content-length']).toBe(String(body.length));
  });

  it('beyond the end is told the size, and a part of a file that has changed is the whole of the new one', async () => {
    for (const range of ['bytes=10-', 'bytes=-0', 'bytes=10-20']) {
      const answer = await world.enterprise.get(url, { range });
      expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */10']);
    }
    const part = { range: 'bytes=2-3' };
    expect((await world.enterprise.get(url, { ...part, 'if-range': tag })).body).toBe('23');
    expect((await world.enterprise.get(url, { ...part, 'if-range': '"older"' })).body).toBe(text);
  });

  it('asked for with HEAD has the headers and opens nothing', async () => {
    const headers = { authorization: `Bearer ${world.enterprise.token}` };
    const answer = await api.app.inject({ method: 'HEAD', url, headers });
    expect([answer.statusCode, answer.headers['content-length'], answer.body]).toEqual([200, '10', '']);
  });
});

describe('on a real connection', () => {
  let address: string;
  const twentyMiB = 20 * 1024 * 1024;

  beforeAll(async () => {
    address = await api.app.listen({ port: 0, host: '127.0.0.1' });
  });

  function requestTo(method: string, url: string, headers: Record<string, string | number> = {}): ClientRequest {
    const authorization = `Bearer ${world.enterprise.token}`;
    return request(new URL(url, address), { method, headers: { authorization, ...headers } });
  }

  async function answerTo(sent: ClientRequest): Promise<{ status: number; body: string }> {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response) };
  }

  it('twenty MiB go to the disk while they come, and from it while they are read', async () => {
    const id = await draft('demand');
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const sent = requestTo('PUT', pathOf('demand', id, '大.txt'));
    const staging = join(api.deps.config.dataDir, 'files', 'staging');
    const stagedBytes = async () => {
      const [name] = await readdir(staging);
      return name === undefined ? 0 : (await stat(join(staging, name))).size;
    };
    for (let at = 0; at < 19; at += 1) if (!sent.write(chunk)) await once(sent, 'drain');
    // Most of it lies on the disk before the last of it is sent.
    await vi.waitFor(async () => expect(await stagedBytes()).toBeGreaterThanOrEqual(18 * chunk.length), 10_000);
    sent.end(chunk);
    expect((await answerTo(sent)).status).toBe(200);
    const received = requestTo('GET', pathOf('demand', id, '大.txt')).end();
    const [response] = (await once(received, 'response')) as [IncomingMessage];
    let largest = 0;
    let total = 0;
    for await (const part of response) {
      largest = Math.max(largest, part.length);
      total += part.length;
    }
    expect(total).toBe(twentyMiB);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
    expect(await readdir(staging)).toEqual([]);
  });

  it('who may not is told before the body has come, and the connection serves on', async () => {
    const { id } = await publishDemand(world.enterprise, world.demandBroker);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const stranger = (method: string, url: string) =>
      request(new URL(url, address), { method, agent, headers: { authorization: `Bearer ${world.university.token}` } });
    const sent = stranger('PUT', pathOf('demand', id));
    sent.write(bytes);
    expect((await answerTo(sent)).status).toBe(403);
    sent.end(Buffer.alloc(300_000));
    const next = await answerTo(stranger('GET', `/v1/demands/${id}`).end());
    expect(next.status).toBe(200);
    agent.destroy();
  });

  it('a client that goes away half-way leaves nothing, and no error in the log', async () => {
    const id = await draft('demand');
    const stored = await storedKeys();
    const sent = requestTo('PUT', pathOf('demand', id), { 'content-length': 1_000 });
    sent.on('error', () => undefined);
    const staging = join(api.deps.config.dataDir, 'files', 'staging');
    sent.write(bytes);
    await vi.waitFor(async () => expect(await readdir(staging)).toHaveLength(1));
    sent.destroy();
    await vi.waitFor(async () => expect(await readdir(staging)).toEqual([]));
    expect(await storedKeys()).toEqual(stored);
    expect(await namesOf(world.enterprise, 'demand', id)).toEqual([]);
  });
});

describe('the bytes in the store', () => {
  // These tests live through weeks, and sessions do not.
  beforeAll(() => api.deps.pool.query("update sessions set expires_at = '2100-01-01'"));

  const sweep = () => sweepFiles(api.deps.ctxFor({ kind: 'system', name: 'sweep-files' }));

  it('whatever is put, replaced, deleted and swept: files that stand keep theirs, and nothing else is kept for two days', async () => {
    const id = await draft('demand');
    const names = ['甲.txt', '乙.txt', '丙.txt'];
    const step = fc.oneof(
      fc.record({
        act: fc.constant('put' as const),
        name: fc.constantFrom(...names),
        text: fc.string({ unit: fc.constantFrom('甲', 'b', ' '), minLength: 1 }),
      }),
      fc.record({ act: fc.constant('delete' as const), name: fc.constantFrom(...names) }),
      fc.record({ act: fc.constant('crash' as const) }),
      fc.record({ act: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ act: fc.constant('sweep' as const) }),
    );
    const standing = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const one of steps) {
          if (one.act === 'put') {
            await world.enterprise.put(pathOf('demand', id, one.name), one.text);
            standing.set(one.name, one.text);
          } else if (one.act === 'delete') {
            await world.enterprise.delete(pathOf('demand', id, one.name));
            standing.delete(one.name);
          } else if (one.act === 'crash') await storeAlone();
          else if (one.act === 'wait') api.clock.advance({ hours: one.hours });
          else await sweep();
          for (const [name, text] of standing)
            expect((await world.enterprise.get(pathOf('demand', id, name))).body).toBe(text);
        }
        api.clock.advance({ days: 2 });
        await sweep();
        expect(await storedKeys()).toEqual(await knownKeys());
      }),
      { numRuns: 12 },
    );
    for (const [name, text] of standing)
      expect((await world.enterprise.get(pathOf('demand', id, name))).body).toBe(text);
  });

  it('stay a day when their file is replaced, for those who are reading it', async () => {
    const id = await draft('demand');
    await world.enterprise.put(pathOf('demand', id), bytes, pdf);
    const before = await storedKeys();
    await world.enterprise.put(pathOf('demand', id), `${bytes}2`, pdf);
    await sweep();
    expect(await storedKeys()).toEqual(expect.arrayContaining(before));
  });

  it('of files that another table still refers to are not let go: the database refuses', async () => {
    const id = await draft('demand');
    await world.enterprise.put(pathOf('demand', id), bytes, pdf);
    const last = '(select id from files order by created_at desc, id desc limit 1)';
    await api.deps.pool.query(`update files set released_at = $1 where id = ${last}`, [new Date(0)]);
    await expect(sweep()).rejects.toThrow();
    await api.deps.pool.query(`update files set released_at = null where id = ${last}`);
    expect((await download(world.enterprise, pathOf('demand', id))).statusCode).toBe(200);
  });

  it('that came before there was a store are read from the database, and by the sweep moved to the store', async () => {
    const id = await draft('demand');
    const name = '旧.txt';
    await world.enterprise.put(pathOf('demand', id, name), 'x');
    await api.deps.pool.query(
      "update files set content = $1, storage_key = null, size_bytes = 10, media_type = 'text/html' where id = (select id from files order by created_at desc, id desc limit 1)",
      ['0123456789'],
    );
    const read = async () => {
      const whole = await download(world.enterprise, pathOf('demand', id, name));
      const part = await world.enterprise.get(pathOf('demand', id, name), { range: 'bytes=2-4' });
      return [whole.body, whole.headers['content-type'], part.body];
    };
    expect(await read()).toEqual(['0123456789', 'application/octet-stream', '234']);
    await sweep();
    expect(await read()).toEqual(['0123456789', 'application/octet-stream', '234']);
    const { rows } = await api.deps.pool.query('select count(*)::int as left from files where content is not null');
    expect(rows).toEqual([{ left: 0 }]);
  });

  it('that are gone are an error of ours, and a store that is away is 503', async () => {
    const id = await draft('demand');
    await world.enterprise.put(pathOf('demand', id), bytes, pdf);
    const root = join(api.deps.config.dataDir, 'files');
    await rename(join(root, 'staging'), join(root, 'away'));
    const refused = await world.enterprise.put(pathOf('demand', id, '二.pdf'), bytes, pdf);
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '5']);
    await rename(join(root, 'away'), join(root, 'staging'));
    expect((await world.enterprise.put(pathOf('demand', id, '二.pdf'), bytes, pdf)).status).toBe(200);
  });
});
