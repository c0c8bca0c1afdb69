import { Agent, type Dispatcher, request } from 'undici';
import type { TryError } from '../rules.ts';
import type { AddressRules } from './address.ts';
import { AddressRefused, createConnector, NameNotResolved, type Resolve } from './connect.ts';

/** What came of one try. */
export interface Answer {
  /** Null where no answer came. */
  statusCode: number | null;
  durationMs: number;
  /** Null for an answer of 2xx. */
  error: TryError | null;
  /** How the body begins; at most 1,000 characters. */
  response: string | null;
  /** As the server sent it. */
  retryAfter: string | null;
}

export interface WebhookClient {
  /** Posts once and never throws. Redirects are answers like others: whoever may name a URL may not name the next. */
  post(url: string, headers: Record<string, string>, body: string): Promise<Answer>;
  close(): Promise<void>;
}

export interface ClientOptions extends AddressRules {
  connectTimeoutMs?: number;
  /** Until the answer's head is there. With what the body may take it must end within the relay's lease of 15 s. */
  answerTimeoutMs?: number;
  /** The status has been told by then: a body that drips is left. */
  bodyTimeoutMs?: number;
  resolve?: Resolve;
}

const maxBodyBytes = 16 * 1024;
const shownCharacters = 1_000;

/** The one way to servers whose addresses come from users. */
export function createWebhookClient(options: ClientOptions): WebhookClient {
  const { connectTimeoutMs = 5_000, answerTimeoutMs = 10_000, bodyTimeoutMs = 2_000 } = options;
  const agent = new Agent({
    connect: createConnector(options, { ...options, connectTimeoutMs }),
    // A kept connection has been checked; a few seconds save the handshake when several messages come at once.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 10_000,
    maxHeaderSize: 16 * 1024,
    pipelining: 1,
  });

  return {
    async post(url, headers, body) {
      const startedMs = performance.now();
      const durationMs = () => Math.round(performance.now() - startedMs);
      const nothing = { statusCode: null, response: null, retryAfter: null };
      try {
        const answer = await request(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Duijie-Webhook/1' },
          body,
          dispatcher: agent,
          signal: AbortSignal.timeout(answerTimeoutMs),
        });
        const { statusCode } = answer;
        const answeredMs = durationMs();
        return {
          statusCode,
          durationMs: answeredMs,
          error: errorOfStatus(statusCode),
          response: shown(await beginningOf(answer.body, bodyTimeoutMs)),
          retryAfter: single(answer.headers['retry-after']),
        };
      } catch (error) {
        return { ...nothing, durationMs: durationMs(), error: errorOf(error) };
      }
    },
    close: () => agent.destroy(),
  };
}

function errorOfStatus(statusCode: number): TryError | null {
  if (statusCode >= 200 && statusCode < 300) return null;
  if (statusCode >= 300 && statusCode < 400) return 'redirected';
  return statusCode === 410 ? 'gone' : 'refused';
}

/** Reads as much as is kept, then hangs up: what follows, or never comes, is not waited for. */
async function beginningOf(body: Dispatcher.ResponseData['body'], timeoutMs: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = setTimeout(() => body.destroy(), timeoutMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBodyBytes) break;
    }
  } catch {
    // The status has been told; a body that breaks off changes nothing.
  } finally {
    clearTimeout(late);
    body.destroy();
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes);
}

/** For people to read: PostgreSQL keeps no NUL, and control characters have no business on a screen. */
function shown(body: Buffer): string | null {
  const text = [...body.toString('utf8')].slice(0, shownCharacters).join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text === '' ? null : text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '�');
}

function single(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

function errorOf(error: unknown): TryError {
  if (error instanceof AddressRefused) return 'address_refused';
  if (error instanceof NameNotResolved) return 'name_not_resolved';
  if (!(error instanceof Error)) return 'connection_failed';
  const code = 'code' in error ? String(error.code) : '';
  if (error.name === 'TimeoutError' || timeoutCodes.has(code)) return 'timed_out';
  if (/CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO/.test(code)) return 'tls_failed';
  return 'connection_failed';
}
