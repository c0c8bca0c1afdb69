import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, invalidInput, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { translatePgError } from '../core/pg-errors.ts';
import { type Locale, type Text, textIn } from '../core/text.ts';
import { useAllowedMethods } from './allowed-methods.ts';
import { faultsOf } from './input-errors.ts';
import { localeOf } from './locale.ts';
import { type Problem, problemContentType, problemOf, toProblem } from './problem.ts';

/** What Fastify itself refuses, in our words. Anything else of 4xx keeps its status. */
const refusals: Record<number, { code: string; text: Text }> = {
  400: {
    code: 'BAD_REQUEST',
    text: {
      zh: '请求无法解析：请检查 JSON 格式。',
      en: 'The request could not be read; check that its body is valid JSON.',
    },
  },
  413: {
    code: 'TOO_LARGE',
    text: { zh: '请求体过大（上限 1 MiB）。', en: 'The request body is too large (at most 1 MiB).' },
  },
  415: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    text: { zh: '请使用 Content-Type: application/json。', en: 'Send the body as Content-Type: application/json.' },
  },
  429: {
    code: 'LIMIT_EXCEEDED',
    text: { zh: '请求过于频繁，请稍后重试。', en: 'Too many requests; try again after the time in Retry-After.' },
  },
};

const internal: Text = {
  zh: '服务器内部错误，请联系管理员并提供 requestId。',
  en: 'Something went wrong on our side; quote the requestId when you report it.',
};

/** One of the two edges where errors are caught (the other is `workers/run-job.ts`). */
export function useErrorHandler(app: FastifyInstance): void {
  const allowedMethods = useAllowedMethods(app);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const locale = localeOf(request.headers['accept-language']);
    const known = asAppError(error);
    if (known !== null) {
      if (known.code === 'UNAVAILABLE') request.log.warn({ err: known }, 'unavailable');
      return sendProblem(reply, toProblem(known, locale, request.id), known.details.retryAfterSeconds);
    }
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return sendProblem(reply, refusal(status, error, locale, request.id));
    request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problemOf(500, 'INTERNAL', textIn(locale, internal), request.id));
  });
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const locale = localeOf(request.headers['accept-language']);
    const allowed = allowedMethods(request.url);
    // Routed for this very method and still not found: a parameter that is too long.
    if (allowed.length === 0 || allowed.includes(request.method))
      return sendProblem(reply, toProblem(notFound(), locale, request.id));
    const text = methodNotAllowed(request.method, allowed.join(', '));
    reply.header('allow', allowed.join(', '));
    return sendProblem(reply, problemOf(405, 'METHOD_NOT_ALLOWED', textIn(locale, text), request.id));
  });
}

function methodNotAllowed(method: string, allowed: string): Text {
  return {
    zh: `此地址不支持 ${method}，可用：${allowed}。`,
    en: `There is no ${method} at this address, but ${allowed}.`,
  };
}

const unreadableAddress: Text = {
  zh: '请求地址无法解析或过长。',
  en: 'The address of the request cannot be read, or is too long.',
};

/** What Fastify refuses before there is a route, and so without any hook: addresses that it cannot decode, or too long. */
export function refuseAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const text = textIn(localeOf(request.headers['accept-language']), unreadableAddress);
  reply.header('x-request-id', request.id);
  return sendProblem(reply, problemOf(error.statusCode ?? 400, 'BAD_REQUEST', text, request.id));
}

const unreadable: Record<number, Text> = {
  400: { zh: '这不是有效的 HTTP 请求。', en: 'This is no valid HTTP request.' },
  408: { zh: '请求未能按时送达。', en: 'The request did not arrive in time.' },
  431: { zh: '请求地址与请求头合计过长。', en: 'The address and the headers of the request are too long together.' },
};

/** What Node's parser refuses before there is a request. Whoever reset the connection reads no answer. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy(error);
  const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[error.code ?? ''] ?? 400;
  const id = newId();
  const problem = problemOf(status, 'BAD_REQUEST', textIn(localeOf(undefined), unreadable[status] as Text), id);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${problem.title}`,
    `content-type: ${problemContentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

function asAppError(error: FastifyError): AppError | null {
  if (error.validation) {
    return invalidInput(
      ...faultsOf(error.validation as Parameters<typeof faultsOf>[0], error.validationContext ?? 'body'),
    );
  }
  const translated = translatePgError(error);
  return translated instanceof AppError ? translated : null;
}

function refusal(status: number, error: FastifyError, locale: Locale, requestId: string): Problem {
  const known = refusals[status];
  return known
    ? problemOf(status, known.code, textIn(locale, known.text), requestId)
    : problemOf(status, error.code ?? 'BAD_REQUEST', error.message, requestId);
}

function sendProblem(reply: FastifyReply, problem: Problem, retryAfterSeconds?: number): FastifyReply {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  reply.removeHeader('etag');
  return reply.code(problem.status).type(problemContentType).send(JSON.stringify(problem));
}
