import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ArchiveReader, ArchiveWriter } from '../../db/backup/archive.ts';
import { checkBackup, restoreBackup, writeBackup } from '../../db/backup/backup.ts';
import { BackupError } from '../../db/backup/errors.ts';
import { knownMigrations, migrateDatabase, migrateUpTo } from '../../db/migrate.ts';
import { summarizeUnsealed, verifyChain } from '../../src/audit-trail/service.ts';
import { workerParts } from '../../workers/parts.ts';
import { createAuditSealer } from '../../workers/readers/audit-sealer.ts';
import { createSearchIndexReaders } from '../../workers/readers/search-index.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import {
  type Body,
  createWorld,
  demandInput,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { makeContractProject, registerContract } from '../setup/contracts.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

/** The migration that changed the format of the search index (0035) comes after so many. */
const searchSegments = 35;
const inTime = { timeout: 60_000, interval: 200 };
/** For tests that start a whole program, on a busy machine. */
const patienceMs = 150_000;
const attachment = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(300_000), Buffer.from('\n%%EOF\n')]);
let api: TestApi;
let world: World;
let demand: Body;
let draftId: string;
let folder: string;
let filesDir: string;
let file: string;
/** Head of the audit trail's chain when the backup was made. */
let auditHead: string | null;
const cleanups: (() => Promise<unknown>)[] = [];

/** A market with something in every corner: behind it, readers and sealer that have not read everything. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duijie-backup-'));
  // For the embedded server's OS user to pass through.
  await chmod(folder, 0o711);
  filesDir = join(folder, 'files');
  api = await startApi({ STORAGE_URL: pathToFileURL(filesDir).href });
  world = await createWorld(api);
  const made = await makeContractProject(api, world);
  demand = made.demand;
  await registerContract(world, made.project);
  const draft = await world.enterprise.post('/v1/demands', demandInput);
  draftId = draft.body.id;
  const upload = await world.enterprise.put(`/v1/demands/${draft.body.id}/attachments/图.pdf`, attachment, {
    'content-type': 'application/pdf',
  });
  expect(upload.status, JSON.stringify(upload.body)).toBe(200);
  await writeFile(join(filesDir, 'staging', 'half'), 'hal');
  await sealed();
  // The last to be sealed has the least id, as what a long transaction wrote: the order of the chain is not that of ids.
  await rowsOf(
    api.deps.databaseUrl,
    `insert into audit_entries (id, at, actor, request_id, action, subject_type, subject_id, details)
     select '00000000-0000-7000-8000-000000000001', at, actor, request_id, action, subject_type, subject_id, details
     from audit_entries limit 1`,
  );
  await sealed();
  await vi.waitFor(async () => {
    for (const reader of createSearchIndexReaders(api.deps)) expect(await reader.step()).toBe(0);
  }, inTime);
  // Read by no reader yet, sealed by no sealer; tabs, backslashes and line breaks are what COPY escapes.
  await publishDemand(world.enterprise, world.demandBroker, {
    ...demandInput,
    title: '未读\\N 需求',
    problem: 'a\tb\\.\n\\N',
  });
  file = join(folder, 'market.backup');
  ({
    header: { auditHead },
  } = await writeBackup(file, { databaseUrl: api.deps.databaseUrl, filesDir }));
}, 120_000);

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  await api?.close();
  await rm(folder, { recursive: true, force: true });
});

async function sealed(on: TestApi = api): Promise<void> {
  await vi.waitFor(async () => {
    await createAuditSealer(on.deps).step();
    expect((await summarizeUnsealed(on.deps.db)).entries).toBe(0);
  }, inTime);
}

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase('template0');
  cleanups.push(database.drop);
  return database;
}

async function rowsOf<T extends pg.QueryResultRow>(url: string, statement: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function countOf(url: string, table: string): Promise<number> {
  return (await rowsOf<{ count: number }>(url, `select count(*)::int as count from ${table}`))[0]?.count ?? -1;
}

/** Every row of every table but those of `cursors`, without transaction ids, in an order of their own. */
async function contentsOf(url: string): Promise<Record<string, string[]>> {
  const tables = await rowsOf<{ name: string }>(
    url,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and not relispartition and relname <> 'cursors' order by 1`,
  );
  const contents: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await rowsOf<{ row: string }>(
      url,
      `select (to_jsonb(t) - 'xid')::text as row from ${name} t order by 1`,
    );
    contents[name] = rows.map(({ row }) => row);
  }
  return contents;
}

/** What a restore lifts for a moment. */
async function rulesOf(url: string): Promise<unknown[]> {
  return await rowsOf(
    url,
    `select conrelid::regclass::text as on, conname::text as name, pg_get_constraintdef(oid) as rule
       from pg_constraint where connamespace = 'public'::regnamespace and contype = 'f'
     union all select oid::regclass::text, 'row security', relrowsecurity || ' ' || relforcerowsecurity
       from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
     union all select adrelid::regclass::text, adnum::text, pg_get_expr(adbin, adrelid) from pg_attrdef
       where adrelid::regclass::text like 'audit%' or adrelid::regclass::text = 'messages'
     union all select relname::text, 'sequence', pg_sequence_last_value(oid)::text from pg_class where relkind = 'S'
       and relnamespace = 'public'::regnamespace
     order by 1, 2`,
  );
}

describe('a backup, restored into an empty database', () => {
  let restored: TestDatabase;
  let files: string;
  let again: TestApi;
  beforeAll(async () => {
    restored = await createTestDatabase('template0');
    files = join(folder, 'restored', 'files');
    const report = await restoreBackup(file, { databaseUrl: restored.url, filesDir: files });
    expect(report).toMatchObject({ files: 1, header: { auditHead } });
  });
  afterAll(() => again?.close());

  it('has every row, rule and file that there was', async () => {
    const [before, after] = [await contentsOf(api.deps.databaseUrl), await contentsOf(restored.url)];
    for (const name of Object.keys(before)) expect(after[name], name).toEqual(before[name]);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(before.attachments).toHaveLength(1);
    expect(before.demand_confidential).toHaveLength(3);
    expect(before.contract_confidential).toHaveLength(1);
    expect(await rulesOf(restored.url)).toEqual(await rulesOf(api.deps.databaseUrl));
    // A transaction id that no default makes would be lost: db/backup/load.ts would have to find it anew, as of these two.
    const lost = `select attrelid::regclass::text as table from pg_attribute join pg_class c on c.oid = attrelid
      where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and atttypid = 'xid8'::regtype
        and not atthasdef order by 1`;
    expect(await rowsOf(restored.url, lost)).toEqual([{ table: 'audit_seals' }, { table: 'cursors' }]);
    const names = (await readdir(filesDir, { recursive: true })).filter((name) => !name.startsWith('staging'));
    expect((await readdir(join(folder, 'restored'), { recursive: true })).sort()).toEqual(
      ['files', ...names.map((name) => join('files', name))].sort(),
    );
  });

  it(
    'serves who was signed in, with the bytes that were sent, and goes on where readers and sealer stood',
    async () => {
      again = await startApi({ STORAGE_URL: pathToFileURL(files).href }, { database: restored });
      const owner = again.as(world.enterprise.token);
      const read = await owner.get(`/v1/demands/${demand.id}`);
      expect(read.body).toEqual((await world.enterprise.get(`/v1/demands/${demand.id}`)).body);
      const { rawPayload } = await again.app.inject({
        url: `/v1/demands/${draftId}/attachments/${encodeURIComponent('图.pdf')}`,
        headers: { authorization: `Bearer ${world.enterprise.token}` },
      });
      expect(rawPayload).toEqual(attachment);
      // Before there are workers, which would find by themselves what no reader has read.
      const [reader] = createSearchIndexReaders(again.deps);
      await vi.waitFor(async () => {
        await reader?.step();
        const unread = await again.anonymous.get('/v1/search/demands?q=未读');
        expect(unread.body.items).toHaveLength(1);
      }, inTime);
      await sealed(again);
      const workers = startWorkers(again.deps, workerParts(again.deps));
      try {
        // One from before that nobody had read, and one of a transaction with a smaller number than all before had.
        const later = await publishDemand(owner, again.as(world.demandBroker.token), {
          ...demandInput,
          title: '后来的需求',
        });
        const result = await publishResult(again.as(world.university.token), again.as(world.resultBroker.token));
        await vi.waitFor(async () => {
          // What was too early is tried again in a moment of this clock.
          again.clock.advance({ seconds: 5 });
          const found = await again.anonymous.get('/v1/search/demands?q=需求');
          expect(found.body.items.map((item: Body) => item.title).sort()).toEqual(['后来的需求', '未读\\N 需求']);
          const matches = await again.as(world.demandBroker.token).get(`/v1/demands/${later.id}/matches`);
          expect(matches.body.items.map((match: Body) => match.result.id)).toContain(result.id);
          expect((await summarizeUnsealed(again.deps.db)).entries).toBe(0);
        }, inTime);
      } finally {
        await workers.close();
      }
      const [seq = '', hash = ''] = auditHead?.split(':') ?? [];
      const onBreak = (found: object) => expect.unreachable(JSON.stringify(found));
      const whole = await verifyChain(again.deps.db, { onBreak });
      expect(whole.seals).toBe(await countOf(restored.url, 'audit_entries'));
      await verifyChain(again.deps.db, { from: { seq: Number(seq), hash }, onBreak });
    },
    patienceMs,
  );

  it('is refused by a database that is in use, and by a folder with files', async () => {
    await expect(restoreBackup(file, { databaseUrl: restored.url, filesDir: join(folder, 'no') })).rejects.toThrow(
      'not empty',
    );
    const { url } = await emptyDatabase();
    await expect(restoreBackup(file, { databaseUrl: url, filesDir: files })).rejects.toThrow('not empty');
    expect(await rowsOf(url, "select 1 from pg_class where relnamespace = 'public'::regnamespace")).toEqual([]);
  });
});

describe('a backup file', () => {
  it('is for its owner only, holds no password, and is never written over', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await checkBackup(file)).toMatchObject({ files: 1, tables: expect.any(Number), header: { auditHead } });
    const parts = await readdir(folder);
    await expect(writeBackup(folder, { databaseUrl: api.deps.databaseUrl, filesDir })).rejects.toThrow();
    expect(await readdir(folder)).toEqual(parts);
  });

  const faults: [string, (bytes: Buffer) => Buffer][] = [
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 2_000)],
    [
      'changed in one byte',
      (bytes) =>
        Buffer.from(bytes).fill(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1),
    ],
    ['no backup at all', () => Buffer.from('{"format":"duijie-backup"}')],
  ];
  it.each(faults)(
    'that is %s is told, leaves nothing behind, and does not stand in the way of a whole one',
    async (name, fault) => {
      const { url } = await emptyDatabase();
      const bad = join(folder, `${name}.backup`);
      await writeFile(bad, fault(await readFile(file)));
      const place = { databaseUrl: url, filesDir: join(folder, `of ${name}`, 'files') };
      await expect(checkBackup(bad)).rejects.toBeInstanceOf(BackupError);
      await expect(restoreBackup(bad, place)).rejects.toBeInstanceOf(BackupError);
      expect(await readdir(join(folder, `of ${name}`)).catch(() => [])).toEqual([]);
      if (name !== 'cut off') return;
      expect(await countOf(url, 'demands')).toBe(0);
      expect(await restoreBackup(file, place)).toMatchObject({ files: 1 });
    },
  );

  it('of a later version of the program is refused', async () => {
    const { reader, header } = await ArchiveReader.open(file);
    const later = new ArchiveWriter(join(folder, 'later.backup'));
    const migrations = [...(header as { migrations: object[] }).migrations, { hash: 'of tomorrow' }];
    await later.writeHeader({ ...(header as object), migrations });
    for await (const { entry, content, end } of reader.entries())
      await later.writeEntry(entry, content, () => end().rows);
    await later.finish();
    const { url } = await emptyDatabase();
    const restore = restoreBackup(join(folder, 'later.backup'), { databaseUrl: url, filesDir: join(folder, 'no') });
    await expect(restore).rejects.toThrow('newer or another version');
  });
});

describe('an owner that is no superuser', () => {
  it('restores, and is told that it would back up less than there is', async () => {
    const database = await emptyDatabase();
    const role = `plain_${randomUUID().replaceAll('-', '')}`;
    const name = new URL(database.url).pathname.slice(1);
    await rowsOf(
      database.url,
      `create role ${role} login createrole password 'plain'; grant duijie_app to ${role} with admin option;
       alter database ${name} owner to ${role}`,
    );
    cleanups.push(() =>
      rowsOf(database.url, `reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`),
    );
    const url = new URL(database.url);
    url.username = role;
    url.password = 'plain';
    await restoreBackup(file, { databaseUrl: url.href, filesDir: join(folder, 'plain', 'files') });
    expect(await contentsOf(database.url)).toEqual(await contentsOf(api.deps.databaseUrl));
    expect(await rulesOf(database.url)).toEqual(await rulesOf(api.deps.databaseUrl));
    const backup = writeBackup(join(folder, 'plain.backup'), { databaseUrl: url.href, filesDir });
    await expect(backup).rejects.toThrow('BYPASSRLS');
    expect(await readdir(folder)).not.toContain('plain.backup.part');
  });
});

describe('the commands', () => {
  async function run(command: string, args: string[], env: Record<string, string>): Promise<Body> {
    const all = { PATH: process.env.PATH ?? '', LOG_LEVEL: 'warn', ...env };
    const done = await promisify(execFile)(process.execPath, ['--import', 'tsx', `workers/${command}.ts`, ...args], {
      env: all,
    });
    return JSON.parse(done.stdout.trim());
  }

  it(
    'back up a configured database into a folder and restore it into an embedded one',
    async () => {
      const backups = join(folder, 'nightly');
      await mkdir(backups);
      const made = await run('backup', ['--to', backups], {
        DATABASE_URL: api.deps.databaseUrl,
        DATA_DIR: folder,
      });
      const [name = ''] = await readdir(backups);
      expect(name).toMatch(/^duijie-\d{8}T\d{6}Z\.backup$/);
      const dataDir = join(folder, 'embedded');
      const restored = await run('restore', ['--from', join(backups, name)], { DATA_DIR: dataDir });
      expect(restored).toMatchObject({ tables: made.tables, rows: made.rows, files: 1, auditHead: made.auditHead });
      expect(await readdir(dataDir)).toContain('files');
    },
    patienceMs,
  );
});

describe('an upgrade', () => {
  it('from the migration before the last keeps every row, and the program runs on what comes out', async () => {
    const old = await createTestDatabase('template0');
    await migrateUpTo(old.url, (await knownMigrations()).length - 1);
    const before = await copyWhatFits(api.deps.databaseUrl, old.url);
    expect(before.demands).toBe(3);
    await migrateDatabase(old.url);
    for (const [name, count] of Object.entries(before)) {
      // The search index is a copy, which a migration may empty; it is filled again.
      if (/^(search_|cursors$)/.test(name)) continue;
      expect(await countOf(old.url, name), name).toBe(count);
    }
    const upgraded = await startApi({}, { database: old });
    try {
      for (const path of [`/v1/demands/${demand.id}`, '/v1/projects', '/v1/contracts', '/v1/notifications']) {
        const [here, there] = [await world.enterprise.get(path), await upgraded.as(world.enterprise.token).get(path)];
        expect(there.body, path).toEqual(here.body);
      }
      await sealed(upgraded);
    } finally {
      await upgraded.close();
    }
  });

  it('over a search index of another format says that it finds less until the index is filled again', async () => {
    const old = await createTestDatabase('template0');
    await migrateUpTo(old.url, searchSegments);
    await copyWhatFits(api.deps.databaseUrl, old.url, ['search_documents']);
    await rowsOf(
      old.url,
      `insert into search_documents (kind, bucket, id, published_at, version, technology_fields, industries, cooperation_modes,
         ipr_kinds, region_code, language, title, keywords, body, terms)
       select 'demand', 8, id, now(), content_version, '', '', '', '', region_code, language, title, '', '', to_tsvector('simple', title)
       from demands where status = 'published'`,
    );
    const published = await countOf(old.url, 'search_documents');
    expect(published).toBeGreaterThan(0);
    expect(await rowsOf(old.url, "select name from cursors where name = 'search-index'")).toHaveLength(1);
    const upgraded = await startApi({}, { database: old });
    try {
      const search = async () => {
        const { total, degraded } = (await upgraded.anonymous.get('/v1/search/demands')).body;
        return { total, degraded };
      };
      expect(await search()).toEqual({ total: 0, degraded: true });
      expect((await upgraded.anonymous.get('/readyz')).body).toMatchObject({ status: 'degraded', search: 'filling' });
      for (const reader of createSearchIndexReaders(upgraded.deps)) await reader.step();
      expect(await search()).toEqual({ total: published, degraded: false });
      expect((await upgraded.anonymous.get('/readyz')).body).toMatchObject({ search: 'ok' });
    } finally {
      await upgraded.close();
    }
  });
});

/** Rows of today in the tables and columns of an earlier migration; returns how many came into each table. */
async function copyWhatFits(from: string, to: string, except: readonly string[] = []): Promise<Record<string, number>> {
  const columnsOf = (url: string) =>
    rowsOf<{ name: string; columns: string[] }>(
      url,
      `select table_name::text as name, array_agg(quote_ident(column_name) order by ordinal_position)::text[] as columns
       from information_schema.columns join pg_class c on c.oid = format('public.%I', table_name)::regclass
       where table_schema = 'public' and c.relkind in ('r', 'p') and not c.relispartition and is_generated = 'NEVER' group by 1`,
    );
  const today = new Map((await columnsOf(from)).map(({ name, columns }) => [name, columns]));
  const client = new pg.Client({ connectionString: to });
  await client.connect();
  try {
    await client.query("set session_replication_role = 'replica'");
    const counts: Record<string, number> = {};
    for (const { name, columns } of await columnsOf(to)) {
      const both = columns.filter((column) => today.get(name)?.includes(column));
      if (both.length === 0 || except.includes(name)) continue;
      const rows = await rowsOf<{ row: unknown }>(from, `select to_json(t)::text as row from ${name} t`);
      await client.query(`delete from ${name}`);
      await client.query(
        `insert into ${name} (${both}) select ${both} from json_populate_recordset(null::${name}, $1::json)`,
        [`[${rows.map(({ row }) => row).join(',')}]`],
      );
      counts[name] = rows.length;
    }
    return counts;
  } finally {
    await client.end();
  }
}
