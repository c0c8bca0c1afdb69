import type { FastifyRequest } from 'fastify';
import type { InputFault } from '../core/errors.ts';
import type { Text } from '../core/text.ts';

/**
 * What was sent to an operation that reads no body, or no query, is unknown to it, and would be passed over in silence.
 * An empty object is what many clients send for nothing.
 */
export function unreadFaults({ body, query, routeOptions }: FastifyRequest): InputFault[] {
  if (routeOptions.config.operation === undefined) return [];
  const { schema } = routeOptions;
  return [
    ...(schema?.body === undefined ? namesIn(body, '') : []),
    ...(schema?.querystring === undefined ? namesIn(query, '/querystring') : []),
  ];
}

function namesIn(value: unknown, pointer: string): InputFault[] {
  if (value === null || value === undefined) return [];
  const pointers =
    typeof value === 'object' && !Array.isArray(value)
      ? Object.keys(value).map((name) => `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
      : [pointer];
  return pointers.map((at) => ({ pointer: at, code: 'additionalProperties', message: notRead }));
}

const notRead: Text = { zh: '此操作不读取该内容', en: 'is not read by this operation' };
