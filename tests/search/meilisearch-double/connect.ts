import { Meilisearch } from 'meilisearch';
import { type DoubleOptions, type MeilisearchDouble, startMeilisearchDouble } from '../../setup/meilisearch/server.ts';

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what the server says is what is looked at.
  body: any;
}

export interface Connected extends MeilisearchDouble {
  client: Meilisearch;
  /** A request past the client, with the master key; a body that is no string goes as JSON. */
  raw(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
}

export async function connect(options: DoubleOptions = {}): Promise<Connected> {
  const double = await startMeilisearchDouble(options);
  return {
    ...double,
    client: new Meilisearch({ host: double.url, apiKey: double.masterKey }),
    async raw(method, path, body, headers = {}) {
      const response = await fetch(`${double.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${double.masterKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
  };
}

/** The code with which a promise is rejected by the client. */
export async function codeOf(work: PromiseLike<unknown>): Promise<string | undefined> {
  try {
    await work;
  } catch (error) {
    return (error as { cause?: { code?: string } }).cause?.code;
  }
  throw new Error('it was not refused');
}
