import { type Static, Type } from 'typebox';
import type { AppError, ErrorCode } from '../core/errors.ts';
import { type Locale, textIn } from '../core/text.ts';

/** RFC 9457 problem details. The one place where an error code gets its HTTP status. */
const statuses: Record<ErrorCode, number> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  UNAUTHENTICATED: 401,
  INVALID_INPUT: 422,
  CONFLICT: 409,
  INVALID_STATE: 409,
  PRECONDITION_REQUIRED: 428,
  PRECONDITION_FAILED: 412,
  LIMIT_EXCEEDED: 429,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UPSTREAM_FAILED: 502,
  UNAVAILABLE: 503,
};

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

export const problemId = 'Problem';

const example = {
  type: 'about:blank',
  title: 'Unprocessable Content',
  status: 422,
  code: 'INVALID_INPUT',
  detail: '输入有误，请按 errors 逐项修改。',
  requestId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  errors: [{ pointer: '/targetTrl', code: 'maximum', message: '应当 <= 9' }],
};

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'For machines: NOT_FOUND, INVALID_INPUT, INVALID_STATE …' }),
    detail: Type.String({ description: 'For people, in the language of Accept-Language (zh-CN, en).' }),
    requestId: Type.String(),
    state: Type.Optional(Type.String({ description: 'The state the record is in, for INVALID_STATE.' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({
            description: 'RFC 6901 pointer to the fault: into the body, or from /querystring, /params or /headers.',
          }),
          code: Type.String(),
          message: Type.String(),
        }),
      ),
    ),
  },
  { $id: problemId, description: 'RFC 9457 problem details', examples: [example] },
);
export type Problem = Static<typeof Problem>;

export const problemContentType = 'application/problem+json; charset=utf-8';

export function problemOf(status: number, code: string, detail: string, requestId: string): Problem {
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, code, detail, requestId };
}

export function toProblem(error: AppError, locale: Locale, requestId: string): Problem {
  const { state, faults } = error.details;
  return {
    ...problemOf(statuses[error.code], error.code, textIn(locale, error.text), requestId),
    ...(state === undefined ? {} : { state }),
    ...(faults === undefined
      ? {}
      : { errors: faults.map(({ pointer, code, message }) => ({ pointer, code, message: textIn(locale, message) })) }),
  };
}
