import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { TableFormat } from '../core/spreadsheets.ts';
import { boundDownload } from './bounded-transfer.ts';

const mediaTypes: Readonly<Record<TableFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** How a table stands in the API's description. @param json of the JSON that it may be, too */
export function tableResponse(description: string, json: TSchema) {
  return {
    description,
    headers: { 'Content-Disposition': { type: 'string', description: 'attachment, with a file name.' } },
    content: {
      'application/json': { schema: json },
      'text/csv': {
        schema: Type.String({ description: 'UTF-8 with a byte order mark; the first line names the fields.' }),
      },
      [mediaTypes.xlsx]: { schema: Type.String({ format: 'binary' }) },
    },
  };
}

/** Sends a table as a file; it goes out as it is made, no faster than it is taken. */
export function sendTable(
  reply: FastifyReply,
  name: string,
  format: TableFormat,
  content: AsyncGenerator<string | Buffer> | string,
): FastifyReply {
  const body = typeof content === 'string' ? content : Readable.from(content);
  if (typeof content !== 'string') reply.raw.once('close', boundDownload(reply.raw));
  return reply
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .header('x-content-type-options', 'nosniff')
    .type(mediaTypes[format])
    .send(body);
}
