import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { Client } from '../journeys/client.ts';
import { administrator } from '../journeys/program.ts';
import { keysOf, type Oracle } from './oracles.ts';

/** How people come to write: as fast as they are answered, far beyond what one address may send. */
export const unlimited = { RATE_LIMIT_PER_MINUTE: '1000000', SIGN_IN_LIMIT_PER_MINUTE: '100000' };

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what an outside program reads is whatever came.
  body: any;
  headers: Headers;
}

const password = 'a long enough password';
const pauseMs = 25;

/**
 * An enterprise whose people draft demands and submit them over HTTP, each request with an Idempotency-Key, repeated until it
 * is answered; the broker of its market is told of each. What was answered 2xx is remembered.
 */
export class Load {
  /** By title: the demand's id. */
  readonly created = new Map<string, string>();
  readonly submitted = new Set<string>();
  /** Answers by status; 0: none came. */
  readonly answers = new Map<number, number>();
  /** What a client must not get, whatever is away. */
  readonly wrongAnswers = new Set<string>();
  /** Requests whose connection stood and was cut. */
  aborted = 0;
  readonly #baseUrls: readonly string[];
  #token = '';
  #working: Promise<void>[] = [];
  #isStopped = false;

  /** @param baseUrls of the APIs among which the writers are divided */
  constructor(...baseUrls: readonly string[]) {
    this.#baseUrls = baseUrls;
  }

  get acknowledged(): number {
    return this.created.size + this.submitted.size;
  }

  /** Headers of whoever writes. */
  get signedIn(): { authorization: string } {
    return { authorization: `Bearer ${this.#token}` };
  }

  /** A market with a broker and a verified enterprise. */
  async open(regionCode = '640300'): Promise<void> {
    const outside = new Client(this.#urlOf(0));
    const signIn = async (email: string, secret = password) =>
      outside.as((await must(outside.post('/v1/sessions', { email, password: secret }))).token);
    const admin = await signIn(administrator.email, administrator.password);
    const market = await must(admin.post('/v1/markets', { name: '某市科技大市场', regionCode }));
    const staff = { name: '经纪人', email: `${randomUUID()}@market.example`, password, role: 'broker' };
    await must(admin.post(`/v1/organizations/${market.id}/members`, staff));
    const email = `${randomUUID()}@people.example`;
    const { organization } = await must(
      outside.post('/v1/registrations', {
        organization: { name: '某企业', kind: 'enterprise', regionCode },
        user: { name: '管理员', email, password },
      }),
    );
    await must((await signIn(staff.email)).post(`/v1/organizations/${organization.id}/verify`));
    this.#token = (await signIn(email)).token ?? '';
  }

  start(writers: number): void {
    this.#isStopped = false;
    this.#working = Array.from({ length: writers }, (_, at) => this.#write(this.#urlOf(at)));
  }

  /** Each writer ends with what it has begun: nothing is left unanswered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#working);
  }

  #urlOf(at: number): string {
    return this.#baseUrls[at % this.#baseUrls.length] ?? '';
  }

  /** One request, not repeated. @returns null when no answer came */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    baseUrl = this.#urlOf(0),
  ): Promise<Answer | null> {
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...this.signedIn, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body ?? {}),
    })
      .then(async (response) => ({ status: response.status, body: await response.json(), headers: response.headers }))
      .catch((error: unknown) => {
        if (!wasRefused(error)) this.aborted += 1;
        return null;
      });
    const status = answer?.status ?? 0;
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    return answer;
  }

  async #write(baseUrl: string): Promise<void> {
    while (!this.#isStopped) {
      const title = randomUUID();
      const demand = await this.#insist(baseUrl, '/v1/demands', demandOf(title));
      if (demand === null) continue;
      this.created.set(title, demand.body.id);
      const submitted = await this.#insist(baseUrl, `/v1/demands/${demand.body.id}/submit`, {});
      if (submitted !== null) this.submitted.add(demand.body.id);
    }
  }

  /** Under one Idempotency-Key until the API answers for good. A 503 says when to come back. */
  async #insist(baseUrl: string, path: string, body: unknown): Promise<Answer | null> {
    const key = randomUUID();
    for (;;) {
      const answer = await this.send('POST', path, body, { 'idempotency-key': key }, baseUrl);
      if (answer !== null && answer.status < 300) return answer;
      if (answer !== null && answer.status !== 503) {
        this.wrongAnswers.add(`POST ${path.replace(/[0-9a-f-]{36}/, '{id}')}: ${answer.status} ${answer.body?.code}`);
        return null;
      }
      if (answer !== null && answer.headers.get('retry-after') === null)
        this.wrongAnswers.add('503 without Retry-After');
      await delay(pauseMs);
    }
  }

  /** One demand for each key, submitted once, and the market's broker told of it once. */
  oracles(pool: pg.Pool): Oracle[] {
    return [
      {
        name: 'demands',
        mayRepeat: false,
        expected: async () => [...this.created.keys()],
        seen: () => keysOf(pool, "select title as key from demands where title ~ '^[0-9a-f-]{36}$'"),
      },
      {
        name: 'submissions',
        mayRepeat: false,
        expected: async () => [...this.submitted],
        seen: () => keysOf(pool, "select subject_id::text as key from audit_entries where action = 'demand.submit'"),
      },
      {
        name: 'inbox',
        mayRepeat: false,
        expected: async () => [...this.submitted],
        seen: () => keysOf(pool, "select subject_id::text as key from notifications where type = 'demand.submitted'"),
      },
    ];
  }
}

export function demandOf(title: string) {
  return {
    title,
    summary: '从锌冶炼固废中回收铟。',
    problem: '浸出渣铟含量低、杂质复杂。',
    keywords: ['铟'],
    technologyFields: ['401'],
    cooperationModes: ['joint_development'],
  };
}

async function must(sent: ReturnType<Client['post']>): Promise<Answer['body']> {
  const { status, body } = await sent;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
