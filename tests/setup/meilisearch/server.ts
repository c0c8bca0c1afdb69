import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Database } from './database.ts';
import { documentRoutes } from './document-routes.ts';
import { MeilisearchError, NotEmulated } from './errors.ts';
import { type Fault, type FaultScope, Faults, suffer } from './faults.ts';
import { type Answer, readBody } from './http.ts';
import { indexRoutes } from './index-routes.ts';
import { everything, KeyRing, wrongKey } from './keys.ts';
import { matchRoute } from './routes.ts';
import { keyRoutes, refuseUnemulated, searchRoutes, systemRoutes, taskRoutes } from './system-routes.ts';
import { instantText, type TaskType } from './task.ts';
import { TaskQueue } from './task-queue.ts';

export interface DoubleOptions {
  /** Null: without a key, everything open but the keys. */
  masterKey?: string | null;
  version?: string;
  maxPayloadBytes?: number;
  /** Tasks above which the oldest finished `drop` go. */
  retention?: { limit: number; drop: number };
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface LoggedRequest {
  method: string;
  /** Without the query string. */
  path: string;
  query: string;
  bodyBytes: number;
  body: string;
}

export interface DoubleControl {
  /** Tasks stay enqueued, or the next batch stays in processing, until `release`. Cancelations go through. */
  hold(at?: 'enqueued' | 'processing'): void;
  release(): void;
  /** The next task (of that type) fails with this code instead of being worked off. */
  failNextTask(code: string, options?: { message?: string; type?: TaskType }): void;
  /** Requests in this scope meet the fault. */
  respond(fault: Fault, scope?: FaultScope): void;
  clearFaults(): void;
  /** The port is closed, with all connections, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Connections end, with the requests that hang in them; as when a server that hung is started anew. */
  cut(): void;
  /** Every request that came, in order; may be emptied. */
  readonly requests: LoggedRequest[];
  /** What was asked and is not emulated. Unless a test empties it, `close` fails. */
  readonly notEmulated: string[];
}

export interface MeilisearchDouble {
  url: string;
  masterKey: string;
  control: DoubleControl;
  close(): Promise<void>;
}

/**
 * A stand-in for a Meilisearch server, for tests: HTTP on a free port of 127.0.0.1. What it answers is the server's
 * as far as its routes, errors, tasks, settings, documents, filters, facets and pages go; which words match and in
 * what order is an approximation. Anything else is answered with 501.
 */
export async function startMeilisearchDouble(options: DoubleOptions = {}): Promise<MeilisearchDouble> {
  const { masterKey = 'master-key-of-the-double', version = '1.50.0', maxPayloadBytes = 100_000_000 } = options;
  const now = options.now ?? Date.now;
  const requests: LoggedRequest[] = [];
  const notEmulated: string[] = [];
  const crashes: unknown[] = [];
  const faults = new Faults();
  const keys = new KeyRing(masterKey, now);
  const database = new Database(() => instantText(now()));
  const queue = new TaskQueue({
    now,
    retention: options.retention ?? { limit: 1_000_000, drop: 100_000 },
    onCrash: (error) => crashes.push(error),
  });
  const routes = [
    ...systemRoutes(version),
    ...keyRoutes(keys),
    ...indexRoutes(database, queue),
    ...documentRoutes(database, queue),
    ...searchRoutes(database),
    ...taskRoutes(queue, now),
  ];

  function answer(message: IncomingMessage, url: URL, body: Buffer): Answer {
    const method = message.method ?? 'GET';
    refuseUnemulated(method, url.pathname);
    const matched = matchRoute(routes, method, url.pathname);
    if (typeof matched === 'string') return { status: matched === 'method' ? 405 : 404 };
    const { route, params } = matched;
    const access = route.action === null ? everything : keys.access(message.headers.authorization);
    if (route.action !== null && !access.can(route.action)) throw wrongKey();
    return route.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      queryText: url.search,
      contentType: message.headers['content-type'],
      body,
      params,
      access,
    });
  }

  function failed(error: unknown): Answer {
    if (error instanceof MeilisearchError) return { status: error.status, body: error.body() };
    if (error instanceof NotEmulated) {
      notEmulated.push(error.what);
      return { status: 501, body: { ...new MeilisearchError('internal', error.message).body(), code: 'not_emulated' } };
    }
    crashes.push(error);
    return { status: 500, body: new MeilisearchError('internal', String(error)).body() };
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://localhost');
    const method = message.method ?? 'GET';
    const fault = faults.take(method, url.pathname);
    let body: Buffer = Buffer.alloc(0);
    let tooLarge: unknown = null;
    try {
      body = await readBody(message, maxPayloadBytes);
    } catch (error) {
      if (message.destroyed && !message.complete) return;
      tooLarge = error;
    }
    const bodyBytes = body.length;
    requests.push({ method, path: url.pathname, query: url.search, bodyBytes, body: body.toString() });
    if (await suffer(fault, response)) return;
    let told: Answer;
    try {
      if (tooLarge !== null) throw tooLarge;
      told = answer(message, url, body);
    } catch (error) {
      told = failed(error);
    }
    if (fault === 'lost') {
      response.socket?.resetAndDestroy();
      return;
    }
    const headers: Record<string, string> = {};
    if (told.body !== undefined) headers['content-type'] = 'application/json';
    response.writeHead(told.status, headers);
    response.end(told.body === undefined ? undefined : JSON.stringify(told.body));
  }

  // Longer than any test: a connection that ends while it is taken up again would be a fault that nobody asked for.
  const server = createServer({ keepAliveTimeout: 600_000 }, (message, response) => {
    serve(message, response).catch((error: unknown) => {
      crashes.push(error);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  async function stopListening(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    masterKey: masterKey ?? '',
    control: {
      hold: (at = 'enqueued') => queue.hold(at),
      release: () => queue.release(),
      failNextTask: (code, { message = `Injected: ${code}.`, type } = {}) => queue.failNext({ code, message, type }),
      respond: (fault, scope = {}) => faults.add(fault, scope),
      clearFaults: () => faults.clear(),
      refuse: stopListening,
      accept: async () => {
        server.listen(address.port, '127.0.0.1');
        await once(server, 'listening');
      },
      cut: () => server.closeAllConnections(),
      requests,
      notEmulated,
    },
    async close() {
      queue.close();
      await stopListening();
      if (crashes.length > 0) throw new AggregateError(crashes, 'the double of Meilisearch broke');
      if (notEmulated.length > 0) throw new Error(`not emulated: ${notEmulated.join('; ')}`);
    },
  };
}
