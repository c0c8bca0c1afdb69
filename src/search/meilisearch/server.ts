import { Meilisearch, MeilisearchApiError, MeilisearchRequestError } from 'meilisearch';
import { AppError } from '../../core/errors.ts';
import type { SearchKind } from '../../core/search-index.ts';

export interface Timeouts {
  /** Of one request that a person waits for. */
  searchMs: number;
  /** Of any other request. */
  requestMs: number;
  /** Of a task, from its acceptance to its end. */
  taskMs: number;
}

/** A connection, and which indexes are ours there. */
export interface Server {
  client: Meilisearch;
  /** The same server for people who wait: gives up early. */
  searcher: Meilisearch;
  timeouts: Timeouts;
  /** Of the index that is searched. */
  uidOf(kind: SearchKind): string;
}

const defaultTimeouts: Timeouts = { searchMs: 1_000, requestMs: 30_000, taskMs: 600_000 };

export function connect(options: {
  url: string;
  key: string | null;
  prefix: string;
  timeouts: Partial<Timeouts>;
}): Server {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const base = { host: options.url, ...(options.key === null ? {} : { apiKey: options.key }) };
  return {
    client: new Meilisearch({ ...base, timeout: timeouts.requestMs }),
    searcher: new Meilisearch({ ...base, timeout: timeouts.searchMs }),
    timeouts,
    uidOf: (kind) => `${options.prefix}_${kind}s`,
  };
}

/** Runs what talks to the server; its errors become ours, whatever they were. */
export async function talk<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toAppError(error);
  }
}

/** The server's code of an error, e.g. `index_not_found`; undefined when the server did not speak. */
export function serverCode(error: unknown): string | undefined {
  if (error instanceof AppError) return serverCode(error.details.cause);
  return error instanceof MeilisearchApiError ? error.cause?.code : undefined;
}

/** UNAVAILABLE is worth another try; UPSTREAM_FAILED is an answer that will stay the same. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof MeilisearchApiError) {
    const { status } = error.response;
    const isPassing = status === 408 || status === 429 || status >= 500 || passingCodes.has(error.cause?.code ?? '');
    return isPassing ? unavailable(error) : refused(error.cause?.code ?? `HTTP ${status}`, error);
  }
  // No connection, no answer in time, or a proxy's HTML, which the client fails to parse.
  if (error instanceof MeilisearchRequestError || error instanceof SyntaxError) return unavailable(error);
  return refused(error instanceof Error ? error.name : 'unknown', error);
}

/** Answered with 422, and yet the machine's trouble, not the request's. */
const passingCodes = new Set([
  'io_error',
  'too_many_open_files',
  'no_space_left_on_device',
  'database_size_limit_reached',
]);

export function unavailable(cause?: unknown): AppError {
  const text = { zh: '搜索引擎暂时不可用，请稍后再试。', en: 'The search engine is not available; try again later.' };
  return new AppError('UNAVAILABLE', text, { retryAfterSeconds: 10, cause });
}

export function refused(why: string, cause?: unknown): AppError {
  const text = { zh: `搜索引擎拒绝了请求（${why}）。`, en: `The search engine refused the request (${why}).` };
  return new AppError('UPSTREAM_FAILED', text, { cause });
}
