import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../setup/database.ts';
import { type Body, Client, eventually } from './client.ts';
import { administrator, buildProgram, Program } from './program.ts';
import { demandOf, openTheMarket, playMainJob, resultOf, type Stage } from './story.ts';

const stage: Stage = { name: 'rematch', demandRegion: '430200', resultRegion: '640100' };
const copies = 40;

/** API and workers apart, as on many machines: what needs the matching index goes from one to the other. */
describe('an API without workers beside a worker process', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let owner: pg.Client;
  let api: Program;
  let worker: Program;
  let admin: Client;

  beforeAll(async () => {
    await buildProgram();
    database = await createTestDatabase();
    owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    api = new Program({ DATABASE_URL: database.url, WORKERS: 'off' });
    worker = new Program({ DATABASE_URL: database.url }, 'main');
    await api.start();
    await worker.start();
    const { email, password } = administrator;
    const session = await new Client(api.baseUrl).post('/v1/sessions', { email, password });
    admin = new Client(api.baseUrl, session.body.token);
  }, 240_000);
  afterAll(async () => {
    for (const program of [worker, api]) await program?.remove();
    await owner?.end();
    await database?.drop();
  });

  it('previews a draft by asking the worker', async () => {
    const cast = await openTheMarket(api.baseUrl, stage);
    await playMainJob(cast);
    const { title, summary, problem, keywords } = demandOf({ ...stage, name: 'preview' });
    const draft = { side: 'demand', title, summary, problem, keywords };
    // The worker may still be building its index: until then the answer is 503.
    const answer = await eventually(
      'an answer to a preview',
      () => cast.enterprise.send('POST', '/v1/match-previews', draft),
      ({ status }) => status !== 503,
      60,
    );
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body.matches.map((match: Body) => match.record.title)).toEqual([resultOf(stage).title]);
    const left = await owner.query('select 1 from match_previews');
    expect(left.rowCount).toBe(0);
  }, 120_000);

  it('finishes a full refresh though the worker is killed again and again in the middle of it', async () => {
    for (const [table, code] of [
      ['demands', 'D'],
      ['results', 'R'],
    ] as const) {
      const { rows } = await owner.query(
        `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1
         and column_name not in ('id', 'code', 'status')`,
        [table],
      );
      const columns = rows.map(({ name }) => `"${name}"`).join(', ');
      await owner.query(
        `insert into ${table} (id, code, status, ${columns})
         select gen_random_uuid(), '${code}' || n, 'published', ${columns}
         from ${table}, generate_series(1, ${copies}) n`,
      );
    }
    await worker.kill();
    await worker.start();
    const asked = await admin.post('/v1/match-refreshes', {});
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const { id, progress } = asked.body;
    const total: number = progress.total;
    expect(total).toBeGreaterThanOrEqual(2 * copies);

    const seen: number[] = [];
    const isPast = (done: number) => (job: Body) => job.status === 'done' || job.progress.done >= done;
    const follow = async () => {
      const job = (await admin.get(`/v1/jobs/${id}`)).body;
      seen.push(job.progress.done);
      return job;
    };
    for (const part of [0.2, 0.5]) {
      await eventually(`${part} of the records`, follow, isPast(part * total), 120);
      await worker.kill();
      await worker.start();
    }
    const job = await eventually('the end of the job', follow, isPast(Number.POSITIVE_INFINITY), 240);
    expect(job).toMatchObject({ status: 'done', progress: { done: total, total }, result: { deferred: 0 } });
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
    const unmatched = await owner.query(
      `select 1 from demands d where d.status = 'published' and not exists (select from matches m where m.demand_id = d.id)
       union all
       select 1 from results r where r.status = 'published' and not exists (select from matches m where m.result_id = r.id)`,
    );
    expect(unmatched.rowCount).toBe(0);
  }, 600_000);
});
