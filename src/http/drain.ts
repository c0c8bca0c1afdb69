import { Server as NetServer } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** A client with a connection that stands sends its next request within this time, or is cut while it has nothing to lose. */
const graceMs = 1_000;

/**
 * While the application closes, no new connection is accepted, and each that stands gets its next answer with
 * `Connection: close`. The server's own `close` would cut idle ones at once, with requests that are on their way to it.
 */
export function useDrain(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    // Whom the kernel has connected is accepted first, since a socket that closes resets them: the second turn has looked.
    await nextTurn();
    await nextTurn();
    const isEmpty = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(app.server, () => resolve());
    });
    await Promise.race([isEmpty, delay(graceMs, undefined, { ref: false })]);
  });
}
