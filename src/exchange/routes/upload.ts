import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { invalidInput } from '../../core/errors.ts';
import { textIn } from '../../core/text.ts';
import { localeOf } from '../../http/locale.ts';
import { problemContentType, problemId, problemOf } from '../../http/problem.ts';
import { tableLimits } from '../reading/table.ts';

/** A body on the disk. Its fields are private: the checks of JSON bodies find nothing in it. */
class UploadedTable {
  readonly #folder: string;
  readonly #digest: string;

  constructor(folder: string, digest: string) {
    this.#folder = folder;
    this.#digest = digest;
  }

  get path(): string {
    return fileIn(this.#folder);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What an Idempotency-Key is kept with: another file under the same key is another request. */
  toJSON(): string {
    return this.#digest;
  }
}

function fileIn(folder: string): string {
  return join(folder, 'table');
}

class TooLarge extends Error {}

const limitMiB = tableLimits.fileBytes / 2 ** 20;
const tooLarge = {
  zh: `文件过大（上限 ${limitMiB} MiB）。`,
  en: `The file is too large (at most ${limitMiB} MiB).`,
};

/** A body of any type, for OpenAPI; nothing is validated by it. */
export const TableBody = {
  content: {
    '*/*': { schema: Type.String({ format: 'binary', description: 'The spreadsheet as it is: .xlsx or .csv.' }) },
  },
};

export const tableProblems = {
  413: {
    description: `The file is larger than ${limitMiB} MiB.`,
    content: { 'application/problem+json': { schema: Type.Ref(problemId) } },
  },
};

/** Within this plugin every body is a spreadsheet, which goes to the disk as it comes. */
export function useTableBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', async (_request: FastifyRequest, body: NodeJS.ReadableStream) => await keep(body));
  scope.addHook('onResponse', async ({ body }) => {
    if (body instanceof UploadedTable) await body.remove();
  });
  scope.addHook('onRequestAbort', async ({ body }) => {
    if (body instanceof UploadedTable) await body.remove();
  });
  scope.setErrorHandler((error, request, reply) => {
    const isTooLarge = error instanceof TooLarge || (error as { code?: string }).code === 'FST_ERR_CTP_BODY_TOO_LARGE';
    // Everything else is told as everywhere.
    if (!isTooLarge) throw error;
    const detail = textIn(localeOf(request.headers['accept-language']), tooLarge);
    const problem = problemOf(413, 'TOO_LARGE', detail, request.id);
    return reply.code(413).header('connection', 'close').type(problemContentType).send(JSON.stringify(problem));
  });
}

async function keep(body: NodeJS.ReadableStream): Promise<UploadedTable> {
  const folder = await mkdtemp(join(tmpdir(), 'duijie-import-'));
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(bytes > tableLimits.fileBytes ? new TooLarge() : null, chunk);
    },
  });
  try {
    await pipeline(body, counted, createWriteStream(fileIn(folder), { mode: 0o600 }));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return new UploadedTable(folder, hash.digest('hex'));
}

/** @throws AppError INVALID_INPUT when there is no body */
export function tableOf(request: FastifyRequest): string {
  const table: unknown = request.body;
  if (table instanceof UploadedTable) return table.path;
  throw invalidInput({
    pointer: '',
    code: 'empty_file',
    message: { zh: '文件是空的', en: 'the file is empty' },
  });
}
