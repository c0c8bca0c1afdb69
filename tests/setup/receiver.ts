import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export type Answering = (response: ServerResponse, request: Received, raw: IncomingMessage) => void;

/** A program of an organization that is told by webhooks: a server on a real socket that keeps what it gets. */
export class Receiver {
  readonly received: Received[] = [];
  /** How each path answers; 204 where nothing is said. */
  readonly answers = new Map<string, Answering>();
  readonly #server: Server;
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor() {
    this.#server = createServer((raw, response) => void this.#take(raw, response));
  }

  async #take(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of raw) chunks.push(chunk as Buffer);
    const { pathname } = new URL(raw.url ?? '/', 'http://receiver');
    const request: Received = {
      path: pathname,
      headers: Object.fromEntries(Object.entries(raw.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks).toString('utf8'),
    };
    this.received.push(request);
    const { length } = this.received;
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (length < count) return true;
      resolve();
      return false;
    });
    const answer = this.answers.get(pathname);
    if (answer === undefined) response.writeHead(204).end();
    else answer(response, request, raw);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Resolves once so many requests have come since the start. */
  async until(count: number): Promise<void> {
    if (this.received.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  at(path: string): Received[] {
    return this.received.filter((one) => one.path === path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function status(code: number, headers: Record<string, string> = {}, body = ''): Answering {
  return (response) => void response.writeHead(code, headers).end(body);
}
