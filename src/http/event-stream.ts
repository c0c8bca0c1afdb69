import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';

/** Takes the connection over from the framework for server-sent events (HTML Living Standard, 9.2). */
export function openEventStream(reply: FastifyReply): ServerResponse {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    // A connection kept for a further request would hold up the server's close.
    connection: 'close',
  });
  return reply.raw;
}

/** The id of the last event that a client got which comes back; null for the first time, and for an id that is none of ours. */
export function lastEventId(request: FastifyRequest, shape: RegExp): string | null {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' && shape.test(header) ? header : null;
}

/** How a stream stands in the API's description. */
export function eventStreamResponse(
  description: string,
  example: string,
): { description: string; content: Record<string, { schema: TSchema }> } {
  return { description, content: { 'text/event-stream': { schema: Type.String({ examples: [example] }) } } };
}
