import type { Readable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { invalidInput } from '../core/errors.ts';
import type { Upload } from '../core/file-store.ts';
import { type Text, textIn } from '../core/text.ts';
import { boundTransfer } from './bounded-transfer.ts';
import { localeOf } from './locale.ts';
import { problemContentType, problemId, problemOf } from './problem.ts';

/** The body of a request, unread. Its one field is private: the checks of JSON bodies would go through the stream. */
class IncomingFile {
  readonly #raw: Readable;

  constructor(raw: Readable) {
    this.#raw = raw;
  }

  get raw(): Readable {
    return this.#raw;
  }
}

/** A body of any type, for OpenAPI; nothing is validated by it. */
export const FileBody = {
  content: { '*/*': { schema: Type.String({ format: 'binary', description: 'The bytes of the file, as they are.' }) } },
};

/** What is refused before the verb. A body here is no JSON, so the API's common sentences would be wrong. */
const refusals: Record<string, { status: number; code: string; text: Text }> = {
  UPLOAD_BROKE_OFF: {
    status: 400,
    code: 'BAD_REQUEST',
    text: { zh: '上传中断。', en: 'The upload broke off.' },
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    text: {
      zh: 'Content-Type 应为“类型/子类型”，例如 application/pdf。',
      en: 'Write the Content-Type as type/subtype, e.g. application/pdf.',
    },
  },
};

/** The problems that mean something else here than in the rest of the API, for OpenAPI. */
export function uploadProblems(maxBytes: number, conflictMeaning: string): Record<number, object> {
  const meanings: [number, string][] = [
    [400, 'The body broke off.'],
    [409, conflictMeaning],
    [413, `The file is larger than ${maxBytes / 2 ** 20} MiB.`],
    [415, 'The file is of a kind that is not taken, or of another than its Content-Type says.'],
  ];
  return Object.fromEntries(
    meanings.map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema: Type.Ref(problemId) } } },
    ]),
  );
}

/** Within this plugin alone every body is a file, JSON too, and is read by the verb while it comes. */
export function useFileBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, raw, done) => done(null, new IncomingFile(raw)));
  scope.addHook('onResponse', async (request) => drain(request.raw));
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

/**
 * The file that is being sent, for a verb that reads it once.
 * @param maxBytes what it may have at most: that, and how fast it comes, bounds the time that it may take
 * @throws AppError INVALID_INPUT when there is no body
 */
export function uploadOf(request: FastifyRequest, maxBytes: number): Upload {
  const file: unknown = request.body;
  if (!(file instanceof IncomingFile)) {
    throw invalidInput({
      pointer: '',
      code: 'minLength',
      message: { zh: '附件不能为空', en: 'the file is empty' },
    });
  }
  const announced = Number(request.headers['content-length'] ?? Number.NaN);
  return {
    chunks: chunksOf(file.raw, maxBytes),
    mediaType: request.mediaType ?? null,
    sizeBytes: Number.isNaN(announced) ? null : announced,
  };
}

/** A reader that stops half-way leaves the connection open, so that the client can be told why. */
async function* chunksOf(raw: Readable, maxBytes: number): AsyncGenerator<Uint8Array> {
  const release = boundTransfer(raw, maxBytes);
  try {
    yield* raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch {
    throw new BrokenOff('the upload broke off');
  } finally {
    release();
  }
}

/** The client went away, or was too slow; what the network calls it would be taken for an outage of ours. */
class BrokenOff extends Error {
  readonly code = 'UPLOAD_BROKE_OFF';
}

/** Most clients read an answer only after they have sent all: what is refused is read on and thrown away, for a while. */
function drain(raw: Readable): void {
  if (raw.readableEnded || raw.destroyed) return;
  const release = boundTransfer(raw, 0);
  raw.once('close', release).once('end', release).resume();
}
