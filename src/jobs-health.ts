import { connect } from 'node:net';

const waitMs = 500;

/**
 * Whether jobs can be handed over: always through PostgreSQL, whose health is asked apart; through Redis when something
 * listens there. Requests never wait for Redis, so this is told and does not make a process unready.
 */
export async function jobsHealth(redisUrl: string | null): Promise<'ok' | 'down'> {
  if (redisUrl === null) return 'ok';
  const { hostname, port } = new URL(redisUrl);
  return await new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: waitMs });
    function answer(health: 'ok' | 'down'): void {
      socket.destroy();
      resolve(health);
    }
    socket.once('connect', () => answer('ok'));
    socket.once('timeout', () => answer('down'));
    socket.once('error', () => answer('down'));
  });
}
