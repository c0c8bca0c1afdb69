import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDatabase, createPool, type Database } from '../../db/client.ts';
import { type Head, sealEntries, summarizeUnsealed, verifyChain } from '../../src/audit-trail/service.ts';
import { audit } from '../../src/core/audit.ts';
import { newId } from '../../src/core/ids.ts';
import { type Db, type Tx, transaction } from '../../src/core/transaction.ts';
import { createAuditSealer } from '../../workers/readers/audit-sealer.ts';
import { registerOrganization, startApi, type TestApi } from '../setup/api.ts';
import { rolledBack } from '../setup/rows.ts';

const inTime = { timeout: 25_000 };
const undo = new Error('undo');
const logLines: string[] = [];
let api: TestApi;
let ownerPool: pg.Pool;
/** Who may do what the application's role may not. */
let owner: Database;

beforeAll(async () => {
  api = await startApi({}, { logLines });
  ownerPool = new pg.Pool({ connectionString: api.deps.databaseUrl });
  owner = createDatabase(ownerPool);
});
afterAll(async () => {
  await ownerPool?.end();
  await api?.close();
});

async function write(count = 1): Promise<void> {
  const ctx = api.deps.ctxFor({ kind: 'system', name: 'test' });
  for (let at = 0; at < count; at++) await transaction(ctx, (tx) => writeIn(tx));
}

async function writeIn(tx: Tx): Promise<string> {
  const subjectId = newId();
  const ctx = api.deps.ctxFor({ kind: 'system', name: 'test' });
  await audit(tx, ctx, { action: 'test.act', subjectType: 'demand', subjectId, details: { z: 1, a: ['需求', null] } });
  return subjectId;
}

async function unsealed(): Promise<number> {
  return (await summarizeUnsealed(api.deps.db)).entries;
}

/** Steps until everything is sealed: other databases' transactions hold the horizon back for a moment. */
async function sealAll(sealer = createAuditSealer(api.deps)): Promise<void> {
  await vi.waitFor(async () => {
    await sealer.step();
    expect(await unsealed()).toBe(0);
  }, inTime);
}

async function verify(db: Db = api.deps.db, from?: Head) {
  const breaks: string[] = [];
  const report = await verifyChain(db, {
    ...(from === undefined ? {} : { from }),
    pageSize: 7,
    onBreak: ({ kind, seq }) => void breaks.push(`${kind} ${seq ?? 'unsealed'}`),
  });
  return { report, breaks };
}

async function subjectsInOrder(): Promise<string[]> {
  const { rows } = await api.deps.pool.query<{ id: string }>(
    'select e.subject_id as id from audit_seals s join audit_entries e on e.id = s.entry_id order by s.seq',
  );
  return rows.map(({ id }) => id);
}

describe('the sealer', () => {
  it('seals in commit order: what may still come before an entry is waited for', async () => {
    const sealer = createAuditSealer(api.deps);
    await sealAll(sealer);
    await rolledBack(ownerPool, {}, async (early) => {
      const first = await writeIn(createOn(early));
      const ctx = api.deps.ctxFor({ kind: 'system', name: 'test' });
      const second = await transaction(ctx, (tx) => writeIn(tx));
      while ((await sealer.step()) > 0);
      expect(await subjectsInOrder()).not.toContain(second);
      expect(await unsealed()).toBe(1);
      await early.query('commit');
      await sealAll(sealer);
      expect((await subjectsInOrder()).slice(-2)).toEqual([first, second]);
    });
    expect(await verify()).toMatchObject({ breaks: [], report: { unsealed: 0 } });
  });

  it('goes on where another was killed in the middle of a batch, and seals nothing twice', async () => {
    await write(5);
    await rolledBack(ownerPool, {}, async (blocker) => {
      await blocker.query('lock table audit_seals in share mode');
      const killed = createAuditSealer(api.deps).step();
      const outcome = killed.then(
        () => 'sealed',
        () => 'killed',
      );
      const waiting = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into "audit_seals"%'`;
      await expect.poll(async () => (await ownerPool.query(waiting)).rowCount, inTime).toBe(1);
      expect(await outcome).toBe('killed');
    });
    expect(await unsealed()).toBe(5);
    await sealAll();
    expect(await verify()).toMatchObject({ breaks: [] });
  });

  it('is one at a time, however many run beside the writes', async () => {
    const others = [1, 2, 3].map(() => createPool(api.deps.databaseUrl, () => undefined));
    const sealers = others.map((pool) => createAuditSealer({ ...api.deps, db: createDatabase(pool) }, { batch: 10 }));
    for (const sealer of sealers) sealer.start();
    await Promise.all(Array.from({ length: 8 }, () => write(10)));
    await expect.poll(unsealed, inTime).toBe(0);
    await Promise.all(sealers.map((sealer) => sealer.stop()));
    await Promise.all(others.map((pool) => pool.end()));
    const { rows } = await ownerPool.query<{ entries: number; seals: number; last: number }>(
      `select (select count(*)::int from audit_entries) as entries, count(distinct entry_id)::int as seals,
        max(seq)::int as last from audit_seals`,
    );
    expect(rows[0]).toEqual({ entries: rows[0]?.entries, seals: rows[0]?.entries, last: rows[0]?.entries });
    expect(await verify()).toMatchObject({ breaks: [], report: { seals: rows[0]?.entries } });
  });

  it('tells its head to the log, which is kept elsewhere, once in a while', async () => {
    const before = logLines.length;
    const sealer = createAuditSealer(api.deps);
    await write();
    await sealAll(sealer);
    const { head } = (await verify()).report;
    await write();
    await sealAll(sealer);
    const told = () =>
      logLines.slice(before).flatMap((line) => (line.includes('sealed up to') ? [JSON.parse(line)] : []));
    expect(told().map((line) => line.head)).toEqual([`${head.seq}:${head.hash}`]);
    api.clock.advance({ hours: 1 });
    await write();
    await sealAll(sealer);
    expect(told()).toHaveLength(2);
  });

  it('shows in the metrics how much waits for it, and since when', async () => {
    await write(3);
    api.clock.advance({ seconds: 90 });
    const samples = await api.deps.metrics.render();
    expect(samples).toContain('\nduijie_audit_unsealed 3\n');
    expect(samples).toContain('\nduijie_audit_oldest_unsealed_seconds 90\n');
    await sealAll();
    expect(await api.deps.metrics.render()).toContain('\nduijie_audit_unsealed 0\n');
  });
});

describe('the chain', () => {
  beforeAll(async () => {
    await write(12);
    await sealAll();
  });

  it('holds when a person is erased: their entries say a pseudonym from the start', async () => {
    const person = await registerOrganization(api, 'enterprise', '640302', '一家企业');
    await sealAll();
    const before = (await verify()).report.head;
    const erased = await person.delete('/v1/me', { password: 'a long enough password' });
    expect(erased.status, JSON.stringify(erased.body)).toBe(204);
    await sealAll();
    const { breaks, report } = await verify(api.deps.db, before);
    expect(breaks).toEqual([]);
    expect(report.seals).toBeGreaterThan(0);
  });

  it.each(['audit_seals', 'audit_entries'])('the application cannot change or remove rows of %s', async (table) => {
    for (const statement of [`update ${table} set xid = '1'`, `delete from ${table}`, `truncate ${table}`]) {
      await expect(api.deps.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  const entryOf = (seq: number) => `(select entry_id from audit_seals where seq = ${seq})`;
  const tampering: [string, string[], string[]][] = [
    [
      'an actor is changed',
      [`update audit_entries set actor = 'system:nobody' where id = ${entryOf(5)}`],
      ['changed 5'],
    ],
    [
      'a time is moved by a microsecond',
      [`update audit_entries set at = at + interval '1 microsecond' where id = ${entryOf(5)}`],
      ['changed 5'],
    ],
    [
      'details are changed in two places',
      [
        `update audit_entries set details = '{"z": 2}' where id = ${entryOf(6)}`,
        `update audit_entries set details = '{}' where id = ${entryOf(15)}`,
      ],
      ['changed 6', 'changed 15'],
    ],
    ['an entry is removed', [`delete from audit_entries where id = ${entryOf(5)}`], ['missing 5']],
    ['a seal is removed', ['delete from audit_seals where seq = 5'], ['missing 5', 'added unsealed']],
    [
      'an entry is removed with its seal',
      [`delete from audit_entries where id = ${entryOf(5)}`, 'delete from audit_seals where seq = 5'],
      ['missing 5'],
    ],
    [
      'the first entries are removed with their seals',
      [
        'delete from audit_entries where id in (select entry_id from audit_seals where seq < 4)',
        'delete from audit_seals where seq < 4',
      ],
      ['missing 1'],
    ],
    [
      'two entries change places',
      [
        'update audit_seals set entry_id = gen_random_uuid() where seq = 3',
        `update audit_seals set entry_id = (select e.id from audit_entries e
           where not exists (select from audit_seals s where s.entry_id = e.id)) where seq = 4`,
        `update audit_seals set entry_id = (select e.id from audit_entries e
           where not exists (select from audit_seals s where s.entry_id = e.id)) where seq = 3`,
      ],
      ['reordered 3', 'reordered 4'],
    ],
    [
      'two seals change places',
      [
        'update audit_seals set seq = -1 where seq = 3',
        'update audit_seals set seq = 3 where seq = 4',
        'update audit_seals set seq = 4 where seq = -1',
      ],
      ['reordered 3', 'reordered 4', 'reordered 5'],
    ],
    [
      'an entry is slipped in',
      [
        `insert into audit_entries (id, at, actor, request_id, action, subject_type, subject_id, details, xid)
         select gen_random_uuid(), at, actor, request_id, action, subject_type, subject_id, details, xid
         from audit_entries where id = ${entryOf(5)}`,
      ],
      ['added unsealed'],
    ],
    ['a hash is changed', ["update audit_seals set hash = repeat('f', 64) where seq = 5"], ['changed 5', 'changed 6']],
  ];

  it.each(tampering)('tells where it breaks when %s', async (_, statements, expected) => {
    await expect(
      owner.transaction(async (tx) => {
        for (const statement of statements) await tx.execute(sql.raw(statement));
        expect((await verify(tx)).breaks).toEqual(expected);
        throw undo;
      }),
    ).rejects.toBe(undo);
    expect((await verify()).breaks).toEqual([]);
  });

  describe('with a head that was kept elsewhere', () => {
    let kept: Head;
    beforeEach(async () => {
      kept = (await verify()).report.head;
    });

    const rewriting: [string, string[]][] = [
      [
        'was made anew over a changed entry',
        [`update audit_entries set actor = 'system:nobody' where id = ${entryOf(5)}`, 'delete from audit_seals'],
      ],
      [
        'lost its end with the entries',
        [
          'delete from audit_entries where id in (select entry_id from audit_seals where seq > 10)',
          'delete from audit_seals where seq > 10',
        ],
      ],
    ];
    it.each(rewriting)('a chain that %s is found, which looks whole by itself', async (_, statements) => {
      await expect(
        owner.transaction(async (tx) => {
          for (const statement of statements) await tx.execute(sql.raw(statement));
          await sealEntries(tx, 10_000);
          expect((await verify(tx)).breaks).toEqual([]);
          expect((await verify(tx, kept)).breaks).toEqual([`replaced ${kept.seq}`]);
          throw undo;
        }),
      ).rejects.toBe(undo);
    });

    it('audit:verify walks what came since, and ends with a status that says what it found', async () => {
      await write(3);
      await sealAll();
      const result = await auditVerify('--from', `${kept.seq}:${kept.hash}`);
      expect(result).toMatchObject({ status: 0, lines: [{ intact: true, breaks: 0, seals: 3, unsealed: 0 }] });
      await ownerPool.query(`update audit_entries set action = 'test.other' where id = ${entryOf(kept.seq + 2)}`);
      const broken = await auditVerify();
      expect(broken.status).toBe(1);
      expect(broken.lines).toMatchObject([
        { kind: 'changed', seq: kept.seq + 2 },
        { intact: false, breaks: 1 },
      ]);
    });
  });
});

function createOn(client: pg.PoolClient): Tx {
  return createDatabase(client as unknown as pg.Pool) as unknown as Tx;
}

async function auditVerify(...args: string[]): Promise<{ status: number; lines: object[] }> {
  const command = ['--import', 'tsx', 'workers/audit-verify.ts', ...args];
  const env = { PATH: process.env.PATH, DATABASE_URL: api.deps.databaseUrl };
  const run = promisify(execFile)(process.execPath, command, { env });
  const { stdout, code } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  );
  return {
    status: code,
    lines: stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  };
}
