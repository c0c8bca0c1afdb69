import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A door to a server that can be shut: connections are cut and new ones refused. */
export interface Proxy {
  port: number;
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function createProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let server: Server;

  async function listen(port: number): Promise<number> {
    server = createServer((near) => {
      const far = createConnection(targetPort, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.pipe(other);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      }
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  const port = await listen(0);
  return {
    port,
    async shut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async open() {
      await listen(port);
    },
  };
}
