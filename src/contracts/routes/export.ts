import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { ExportedForms, ExportFormat } from '../service.ts';

const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

const Form = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
  description: 'A field of the national form by its Chinese name; amounts in units of 10,000 yuan (万元).',
});
const example = { 合同登记编号: '2026640300000001', 项目名称: '枸杞鲜奶联合开发', '合同成交总金额（万元）': 80 };

/** How an export stands in the API's description. */
export function exportResponse(json: 'object' | 'array') {
  const schema = json === 'object' ? Form : Type.Array(Form);
  return {
    description: 'The forms, as a file in the format asked for.',
    headers: { 'Content-Disposition': { type: 'string', description: 'attachment, with a file name.' } },
    content: {
      'application/json': { schema: { ...schema, examples: [json === 'object' ? example : [example]] } },
      'text/csv': {
        schema: Type.String({ description: 'UTF-8 with a byte order mark; the first line names the fields.' }),
      },
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
        schema: Type.String({ format: 'binary' }),
      },
    },
  };
}

/** Sends forms as a file; they go out as they are made. */
export function sendForms(
  reply: FastifyReply,
  name: string,
  format: ExportFormat,
  content: ExportedForms,
): FastifyReply {
  const body = typeof content === 'string' ? content : Readable.from(content);
  return reply
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .header('x-content-type-options', 'nosniff')
    .type(mediaTypes[format])
    .send(body);
}
