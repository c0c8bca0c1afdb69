import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ByteRange, ServedFile } from '../core/file-store.ts';
import { textIn } from '../core/text.ts';
import { boundTransfer } from './bounded-transfer.ts';
import { localeOf } from './locale.ts';
import { problemContentType, problemId, problemOf } from './problem.ts';

const disposition = { type: 'string', description: 'attachment, with the name in UTF-8 (RFC 8187).' };
const etag = { type: 'string', description: 'The SHA-256 of the bytes; answered with 304 in If-None-Match.' };
const bytes = { content: { '*/*': { schema: Type.String({ format: 'binary' }) } } };

/** How a download stands in the API's description. */
export const fileResponses = {
  200: {
    description:
      'The bytes of the file, to be saved and not to be opened in the page. Types that a browser may run come as application/octet-stream.',
    headers: {
      'Content-Disposition': disposition,
      'X-Content-Type-Options': { type: 'string', description: 'nosniff' },
      'Content-Security-Policy': { type: 'string', description: 'sandbox, and nothing may be loaded.' },
      'Accept-Ranges': { type: 'string', description: 'bytes' },
      ETag: etag,
    },
    ...bytes,
  },
  206: {
    description: 'The range that was asked for; one in a request.',
    headers: { 'Content-Disposition': disposition, 'Content-Range': { type: 'string' }, ETag: etag },
    ...bytes,
  },
  304: Type.Null({ description: 'The file is the one that If-None-Match names.' }),
  416: {
    description: 'The file does not reach so far; Content-Range has its size.',
    content: { 'application/problem+json': { schema: Type.Ref(problemId) } },
  },
};

/** Sends a file, or the one range of it that was asked for, as it comes from its store (RFC 9110, 13 and 14). */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: ServedFile): Promise<FastifyReply> {
  const { name, mediaType, sizeBytes, sha256 } = file;
  const tag = `"${sha256}"`;
  // Kept by its reader alone, and asked for again each time: who may read can change.
  reply.header('cache-control', 'private, no-cache');
  if (names(request.headers['if-none-match'], tag)) return reply.header('etag', tag).code(304).send();
  const ifRange = request.headers['if-range'];
  const range = ifRange === undefined || ifRange === tag ? rangeIn(request.headers.range, sizeBytes) : null;
  if (range === 'beyond') return refuseRange(request, reply, sizeBytes);
  const content = request.method === 'HEAD' ? Readable.from([]) : await file.open(range);
  reply.raw.once('close', boundTransfer(reply.raw, sizeBytes));
  return reply
    .headers({
      etag: tag,
      'accept-ranges': 'bytes',
      'content-disposition': dispositionOf(name),
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'content-length': range === null ? sizeBytes : range.last - range.first + 1,
      ...(range === null ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${sizeBytes}` }),
    })
    .code(range === null ? 200 : 206)
    .type(mediaType)
    .send(content);
}

function names(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return (
    ifNoneMatch.split(',').some((one) => /^\s*(?:W\/)?(.*?)\s*$/.exec(one)?.[1] === tag) || ifNoneMatch.trim() === '*'
  );
}

/** One range; several at once, and what is no range, are answered with the whole file, as RFC 9110, 14.2 lets a server. */
function rangeIn(header: string | undefined, sizeBytes: number): ByteRange | 'beyond' | null {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return null;
  const end = sizeBytes - 1;
  if (from === '') return Number(to) === 0 ? 'beyond' : { first: Math.max(0, sizeBytes - Number(to)), last: end };
  const first = Number(from);
  const last = to === '' ? end : Math.min(Number(to), end);
  if (to !== '' && Number(to) < first) return null;
  return first > end ? 'beyond' : { first, last };
}

function refuseRange(request: FastifyRequest, reply: FastifyReply, sizeBytes: number): FastifyReply {
  const detail = textIn(localeOf(request.headers['accept-language']), {
    zh: '请求的范围超出文件大小。',
    en: 'The file does not reach so far.',
  });
  const problem = problemOf(416, 'RANGE_NOT_SATISFIABLE', detail, request.id);
  return reply
    .header('content-range', `bytes */${sizeBytes}`)
    .code(416)
    .type(problemContentType)
    .send(JSON.stringify(problem));
}

/** Content-Disposition with the name in UTF-8 (RFC 8187). */
function dispositionOf(name: string): string {
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
