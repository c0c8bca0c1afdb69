import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { median } from '../../bench/api/measures.ts';
import { percentile } from '../../bench/speed/rows.ts';
import { createPool } from '../../db/client.ts';
import { Program } from '../journeys/program.ts';
import { demandOf, Load, unlimited } from './load.ts';
import { residentBytesOf } from './memory.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, settle, until } from './oracles.ts';

const connections = 1_000;
const roundMs = 10_000;
const readingMs = 500;
/** After a refusal; less than any Retry-After asks for: these clients do not listen. */
const pauseMs = 200;
const readsForEachWrite = 3;
const calmRequests = 50;

/** What came of one request. */
interface Sent {
  /** 0: no answer came. */
  status: number;
  ms: number;
}

/**
 * A thousand connections that ask one API without pause for all they may, round after round. Every answer is what was asked
 * for, or a refusal that says when to come back; what was acknowledged is there; and after each round the API is well again.
 */
export async function runOverload(run: FaultRun): Promise<FaultReport> {
  const { databaseUrl, redisUrl, kills, tell = () => undefined } = run;
  const redis: Record<string, string> = redisUrl === null ? {} : { REDIS_URL: redisUrl };
  const environment = { DATABASE_URL: databaseUrl, ...unlimited, ...redis };
  const api = new Program({ ...environment, WORKERS: 'off' });
  const worker = new Program(environment, 'main');
  const pool = createPool(databaseUrl, () => undefined);
  try {
    await api.start();
    const load = new Load(api.baseUrl);
    await load.open();
    const crowd = new Crowd(api.baseUrl, load);
    const residentMegabytes = async () => (await residentBytesOf(`${api.baseUrl}/metrics`)) / 2 ** 20;
    const calmBefore = await crowd.calm();
    const figures: Record<string, number> = {
      connections,
      calmP50Seconds: median(calmBefore) / 1_000,
      residentMegabytesBefore: await residentMegabytes(),
    };
    const peaks: number[] = [];
    const recoveriesMs: number[] = [];
    for (let round = 1; round <= kills; round += 1) {
      const readings: number[] = [];
      const [sent] = await Promise.all([
        crowd.press(roundMs),
        readUntil(roundMs, async () => void readings.push(await residentMegabytes())),
      ]);
      const endedAtMs = performance.now();
      await until('the API is well again', () => crowd.isTaken());
      recoveriesMs.push(performance.now() - endedAtMs);
      peaks.push(Math.max(...readings));
      const taken = sent.filter(({ status }) => status > 0 && status < 300).length;
      tell(
        `round ${round} of ${kills}: ${taken} taken, ${sent.length - taken} refused, ` +
          `well again after ${Math.round(recoveriesMs.at(-1) ?? 0)} ms`,
      );
    }
    const takenMs = crowd.takenMs;
    Object.assign(figures, {
      takenPerSecond: takenMs.length / ((kills * roundMs) / 1_000),
      refused: crowd.refused,
      takenP50Seconds: percentile(takenMs, 0.5) / 1_000,
      takenP99Seconds: percentile(takenMs, 0.99) / 1_000,
      takenMaxSeconds: percentile(takenMs, 1) / 1_000,
      recoveryMaxSeconds: Math.max(...recoveriesMs) / 1_000,
      residentMegabytesFirstPeak: peaks[0] ?? Number.NaN,
      residentMegabytesLastPeak: peaks.at(-1) ?? Number.NaN,
      calmAfterP50Seconds: median(await crowd.calm()) / 1_000,
    });
    const wrongAnswers = [...load.wrongAnswers, ...crowd.wrongAnswers];
    if (crowd.refused === 0) wrongAnswers.push('nothing was refused: it was no overload');
    await crowd.close();
    await worker.start();
    // Nothing is submitted here, so nobody is told.
    const [demands] = load.oracles(pool);
    const { drainSeconds, ...found } = await settle(pool, demands === undefined ? [] : [demands]);
    return { kills, acknowledged: load.acknowledged, wrongAnswers, figures: { ...figures, drainSeconds }, ...found };
  } catch (error) {
    tell(api.output + worker.output);
    throw error;
  } finally {
    await Promise.all([api.remove(), worker.remove()]);
    await pool.end();
  }
}

/** Clients on kept connections, who read lists and draft demands. */
class Crowd {
  readonly wrongAnswers = new Set<string>();
  readonly takenMs: number[] = [];
  refused = 0;
  readonly #pool: Pool;
  readonly #load: Load;

  constructor(baseUrl: string, load: Load) {
    this.#pool = new Pool(baseUrl, { connections, pipelining: 1, headersTimeout: 60_000 });
    this.#load = load;
  }

  /** All of them, for so long; each ends with what it has begun. */
  async press(forMs: number): Promise<Sent[]> {
    const endMs = performance.now() + forMs;
    const sent: Sent[] = [];
    const client = async (at: number) => {
      for (let n = at; performance.now() < endMs; n += 1) {
        const one = await this.#ask(n);
        sent.push(one);
        if (one.status >= 300 || one.status === 0) await delay(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: connections }, (_, at) => client(at)));
    for (const { status, ms } of sent) {
      if (status >= 300) this.refused += 1;
      else if (status > 0) this.takenMs.push(ms);
    }
    return sent;
  }

  /** One after the other. @returns ms of each */
  async calm(): Promise<number[]> {
    const ms: number[] = [];
    for (let n = 0; n < calmRequests; n += 1) ms.push((await this.#ask(n)).ms);
    return ms;
  }

  /** Whether a read and a write are taken now. */
  async isTaken(): Promise<boolean> {
    const answers = [await this.#ask(1), await this.#ask(0)];
    return answers.every(({ status }) => status >= 200 && status < 300);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #ask(n: number): Promise<Sent> {
    const startMs = performance.now();
    const title = randomUUID();
    const isWrite = n % (readsForEachWrite + 1) === 0;
    const writing = {
      method: 'POST',
      headers: { ...this.#load.signedIn, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify(demandOf(title)),
    } as const;
    try {
      const { statusCode, headers, body } = await this.#pool.request({
        path: '/v1/demands',
        ...(isWrite ? writing : { method: 'GET', headers: this.#load.signedIn }),
      });
      const text = await body.text();
      if (statusCode === 201) this.#load.created.set(title, JSON.parse(text).id);
      else if (statusCode !== 200) this.#judgeRefusal(statusCode, headers['retry-after'] !== undefined);
      return { status: statusCode, ms: performance.now() - startMs };
    } catch (error) {
      this.wrongAnswers.add(`no answer: ${error instanceof Error && 'code' in error ? error.code : error}`);
      return { status: 0, ms: performance.now() - startMs };
    }
  }

  #judgeRefusal(status: number, saysWhen: boolean): void {
    if (status !== 503 && status !== 429) this.wrongAnswers.add(`answer ${status}`);
    else if (!saysWhen) this.wrongAnswers.add(`${status} without Retry-After`);
  }
}

async function readUntil(forMs: number, read: () => Promise<void>): Promise<void> {
  for (const endMs = performance.now() + forMs; performance.now() < endMs; await delay(readingMs)) await read();
}
