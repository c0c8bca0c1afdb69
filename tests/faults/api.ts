import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { mulberry32 } from '../../bench/synthetic.ts';
import { createPool } from '../../db/client.ts';
import { Program } from '../journeys/program.ts';
import { type Answer, demandOf, Load, unlimited } from './load.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, keysOf, settle, until } from './oracles.ts';

const writers = 8;
const maxKillDelayMs = 150;
const repeats = 100;
const changes = 50;
/** Each tenth kill falls into as many requests as that, and is followed by changes; the others into few. */
const heavyEvery = 10;
const fewRepeats = 20;

/**
 * The API ends by kill -9 in the middle of requests, and starts again. Each kill also falls into concurrent requests under
 * one Idempotency-Key, which are then sent again: the first and each tenth after it into a hundred, and afterwards fifty change
 * one record that all have read.
 */
export async function runApiFaults(run: FaultRun): Promise<FaultReport> {
  const { databaseUrl, redisUrl, kills, tell = () => undefined } = run;
  const random = mulberry32(run.seed);
  const environment = {
    DATABASE_URL: databaseUrl,
    ...unlimited,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
  };
  const pool = createPool(databaseUrl, () => undefined);
  const worker = new Program(environment, 'main');
  const api = new Program({ ...environment, WORKERS: 'off' });
  const sameKey = new Map<string, Set<string>>();
  const wrongAnswers: string[] = [];
  try {
    await worker.start();
    await api.start();
    const load = new Load(api.baseUrl);
    await load.open();
    load.start(writers);
    for (let kill = 1; kill <= kills; kill += 1) {
      const before = load.acknowledged;
      await until('writes are acknowledged', async () => load.acknowledged > before + writers);
      const afterMs = Math.floor(random() * maxKillDelayMs);
      const title = randomUUID();
      const headers = { 'idempotency-key': randomUUID() };
      const isHeavy = kill % heavyEvery === 1;
      const requests = isHeavy ? repeats : fewRepeats;
      const all = () =>
        Promise.all(Array.from({ length: requests }, () => load.send('POST', '/v1/demands', demandOf(title), headers)));
      const first = all();
      await delay(afterMs);
      await api.kill();
      const answers = [...(await first)];
      await api.start();
      answers.push(...(await all()));
      const ids = idsOf(answers);
      sameKey.set(title, ids);
      if (ids.size === 1) load.created.set(title, [...ids][0] ?? '');
      else wrongAnswers.push(`${requests} requests with one key: ${ids.size} records`);
      if (isHeavy) wrongAnswers.push(...(await changeAtOnce(load, [...ids][0] ?? '')));
      tell(`kill ${kill} of ${kills}: ${afterMs} ms into ${requests} requests with one key`);
    }
    await load.stop();
    const { drainSeconds, ...found } = await settle(pool, load.oracles(pool));
    const keys = await keysOf(pool, 'select title as key from demands where title = any($1)', [[...sameKey.keys()]]);
    if (keys.length !== kills) wrongAnswers.push(`${kills} keys made ${keys.length} records`);
    return {
      kills,
      acknowledged: load.acknowledged,
      wrongAnswers: [...wrongAnswers, ...load.wrongAnswers],
      figures: { drainSeconds },
      ...found,
    };
  } catch (error) {
    tell(api.output + worker.output);
    throw error;
  } finally {
    await Promise.all([api.remove(), worker.remove()]);
    await pool.end();
  }
}

/** A hundred concurrent requests under one Idempotency-Key, then fifty changes of what they made, as often as asked. */
export async function runSameKey(run: FaultRun): Promise<FaultReport> {
  const { databaseUrl, redisUrl, kills, tell = () => undefined } = run;
  const redis: Record<string, string> = redisUrl === null ? {} : { REDIS_URL: redisUrl };
  const api = new Program({ DATABASE_URL: databaseUrl, ...unlimited, ...redis });
  const pool = createPool(databaseUrl, () => undefined);
  const wrongAnswers: string[] = [];
  try {
    await api.start();
    const load = new Load(api.baseUrl);
    await load.open();
    for (let round = 1; round <= kills; round += 1) {
      const title = randomUUID();
      const headers = { 'idempotency-key': randomUUID() };
      const requests = Array.from({ length: repeats }, () =>
        load.send('POST', '/v1/demands', demandOf(title), headers),
      );
      const ids = idsOf(await Promise.all(requests));
      const id = [...ids][0] ?? '';
      if (ids.size === 1) load.created.set(title, id);
      else wrongAnswers.push(`${repeats} requests with one key: ${ids.size} records`);
      wrongAnswers.push(...(await changeAtOnce(load, id)));
      tell(`round ${round} of ${kills}`);
    }
    const answers = [...load.answers].map(([status, count]) => [`answers ${status}`, count] as const);
    // Nothing is submitted here, so nobody is told.
    const [demands] = load.oracles(pool);
    const { drainSeconds, ...found } = await settle(pool, demands === undefined ? [] : [demands]);
    const figures = { drainSeconds, ...Object.fromEntries(answers) };
    return { kills, acknowledged: load.acknowledged, wrongAnswers, figures, ...found };
  } catch (error) {
    tell(api.output);
    throw error;
  } finally {
    await api.remove();
    await pool.end();
  }
}

function idsOf(answers: readonly (Answer | null)[]): Set<string> {
  return new Set(answers.filter((answer) => answer?.status === 201).map((answer) => answer?.body.id as string));
}

/** Fifty changes of one record under the version that all have read: one is right. */
async function changeAtOnce(load: Load, id: string): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: changes }, (_, at) =>
      load.send('PATCH', `/v1/demands/${id}`, { summary: `第 ${at} 种说法` }, { 'if-match': '"1"' }),
    ),
  );
  const count = (status: number) => answers.filter((answer) => answer?.status === status).length;
  return count(200) === 1 && count(412) === changes - 1
    ? []
    : [`${changes} changes of one version: ${count(200)} × 200, ${count(412)} × 412`];
}
