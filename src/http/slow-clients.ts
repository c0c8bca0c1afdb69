import type { FastifyInstance } from 'fastify';
import { boundTransfer } from './bounded-transfer.ts';

/** Of Node's server: what one client may hold, and for how long without saying anything. */
export const serverLimits = {
  /** For all headers of a request, from its first byte. */
  headersTimeout: 20_000,
  /** How often that is looked at. */
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
} as const;

/** Beyond these, connections are closed as they come: each costs memory and a file descriptor. */
const maxConnections = 10_000;

/** A body that comes slower than 128 kbit/s, after 30 s, is cut with its connection; and so is one connection too many. */
export function boundSlowClients(app: FastifyInstance): void {
  app.server.maxConnections = maxConnections;
  app.addHook('preParsing', async (request, _reply, payload) => {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    if (coding === undefined && (length === undefined || length === '0')) return payload;
    const most = request.routeOptions.bodyLimit;
    const release = boundTransfer(request.raw, Math.min(Number(length ?? most), most));
    request.raw.once('end', release);
    request.raw.once('close', release);
    return payload;
  });
}
