import { randomUUID } from 'node:crypto';

// biome-ignore lint/suspicious/noExplicitAny: the story reads bodies as a stranger's program would.
export type Body = any;

export interface Reply {
  status: number;
  body: Body;
  etag: string | null;
}

/** A program outside: HTTP and nothing else. A POST repeats with its Idempotency-Key until the server answers. */
export class Client {
  readonly baseUrl: string;
  readonly token: string | null;

  constructor(baseUrl: string, token: string | null = null) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  as(token: string): Client {
    return new Client(this.baseUrl, token);
  }

  async get(path: string): Promise<Reply> {
    return await this.send('GET', path);
  }

  async post(path: string, body?: unknown): Promise<Reply> {
    return await this.send('POST', path, body, { 'idempotency-key': randomUUID() });
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), etag: response.headers.get('etag') };
  }
}

/** Asks until the answer satisfies, at most `seconds`; then says what the last one was. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  satisfied: (answer: T) => boolean,
  seconds = 60,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`${what} did not come within ${seconds} s; last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
