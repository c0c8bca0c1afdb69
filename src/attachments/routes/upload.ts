import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { invalidInput } from '../../core/errors.ts';
import { type Text, textIn } from '../../core/text.ts';
import { localeOf } from '../../http/locale.ts';
import { problemContentType, problemId, problemOf } from '../../http/problem.ts';
import { keptMediaType, maxAttachmentBytes, maxAttachmentsPerRecord } from '../rules.ts';

/** The bytes of a body. Its one field is private: the checks of JSON bodies would go through a buffer byte by byte. */
class UploadedFile {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }
}

/** A body of any type, for OpenAPI; nothing is validated by it. */
export const FileBody = {
  content: { '*/*': { schema: Type.String({ format: 'binary', description: 'The bytes of the file, as they are.' }) } },
};

const limitMiB = maxAttachmentBytes / 2 ** 20;

/** What is refused before the verb. A body here is no JSON, so the API's common sentences would be wrong. */
const refusals: Record<string, { status: number; code: string; meaning: string; text: Text }> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'BAD_REQUEST',
    meaning: 'The body is shorter or longer than its Content-Length.',
    text: { zh: '请求体与 Content-Length 不符。', en: 'The body is not as long as its Content-Length says.' },
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'TOO_LARGE',
    meaning: `The file is larger than ${limitMiB} MiB.`,
    text: { zh: `附件过大（上限 ${limitMiB} MiB）。`, en: `The file is too large (at most ${limitMiB} MiB).` },
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    meaning: 'The Content-Type is not written as type/subtype.',
    text: {
      zh: 'Content-Type 应为“类型/子类型”，例如 application/pdf。',
      en: 'Write the Content-Type as type/subtype, e.g. application/pdf.',
    },
  },
};

const meanings = Object.values(refusals).map(({ status, meaning }) => [status, meaning] as const);
const refusedByRecord = [
  409,
  `The record has ${maxAttachmentsPerRecord} files already, or is in a state in which it cannot be changed.`,
] as const;

/** The problems that mean something else here than in the rest of the API, for OpenAPI. */
export const uploadProblems = Object.fromEntries(
  [...meanings, refusedByRecord].map(([status, description]) => [
    status,
    { description, content: { 'application/problem+json': { schema: Type.Ref(problemId) } } },
  ]),
);

/** Within this plugin alone every body is a file, JSON too. */
export function useFileBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, new UploadedFile(body)),
  );
  scope.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusals[error.code];
    // Everything else is told as everywhere.
    if (refusal === undefined) throw error;
    const { status, code, text } = refusal;
    const detail = textIn(localeOf(request.headers['accept-language']), text);
    const problem = problemOf(status, code, detail, request.id);
    return reply.code(status).type(problemContentType).send(JSON.stringify(problem));
  });
}

/** @throws AppError INVALID_INPUT when the body is empty */
export function uploadOf(request: FastifyRequest): { mediaType: string; content: Buffer } {
  const file: unknown = request.body;
  if (!(file instanceof UploadedFile) || file.bytes.length === 0) {
    throw invalidInput({
      pointer: '',
      code: 'minLength',
      message: { zh: '附件不能为空', en: 'the file is empty' },
    });
  }
  return { mediaType: keptMediaType(request.mediaType), content: file.bytes };
}
