import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { useDrain } from '../../../src/http/drain.ts';

const question = 'GET / HTTP/1.1\r\nHost: duijie.example\r\n\r\n';

async function open() {
  const app = fastify({ return503OnClosing: false });
  app.get('/', () => 'answered');
  useDrain(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { app, dial: () => connect({ port, host: '127.0.0.1' }) };
}

async function answerTo(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** As on a machine that gives the process no turn: what arrives meanwhile waits in the kernel. */
function starve(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('answers what comes on a connection that stands, and then closes it', async () => {
  const { app, dial } = await open();
  const socket = dial();
  socket.write(question);
  await once(socket, 'data');
  const closed = app.close();
  await delay(20);
  socket.write(question);
  const answer = await answerTo(socket);
  expect(answer).toContain('answered');
  expect(answer).toMatch(/connection: close/i);
  await closed;
});

it('answers who was connected by the kernel before the process had a turn to accept', async () => {
  const { app, dial } = await open();
  const socket = dial();
  starve(50);
  const closed = app.close();
  socket.write(question);
  expect(await answerTo(socket)).toContain('answered');
  await closed;
});
