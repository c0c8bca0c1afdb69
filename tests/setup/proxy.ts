import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A door to a server that can be shut (connections are cut, new ones refused) or go silent: nothing comes through. */
export interface Proxy {
  port: number;
  shut(): Promise<void>;
  open(): Promise<void>;
  silence(): void;
  wake(): void;
  /** Where connections that are made from now on lead. */
  aim(port: number): void;
}

export async function createProxy(firstPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let server: Server;
  let isSilent = false;
  let targetPort = firstPort;

  async function listen(port: number): Promise<number> {
    server = createServer((near) => {
      const far = createConnection(targetPort, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.pipe(other);
        if (isSilent) socket.pause();
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
    silence() {
      isSilent = true;
      for (const socket of sockets) socket.pause();
    },
    wake() {
      isSilent = false;
      for (const socket of sockets) socket.resume();
    },
    aim(port) {
      targetPort = port;
    },
  };
}
