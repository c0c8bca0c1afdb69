import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Mail } from '../../src/core/mailer.ts';
import { createSmtpMailer, type SmtpServer, type SmtpTimeouts, securityOf } from '../../src/mail/smtp.ts';
import { startSmtp } from '../setup/smtp.ts';

const mail: Mail = {
  to: 'li@example.cn',
  subject: '题目',
  text: '正文\n',
  html: '<p>正文</p>',
  messageId: '0197b6a1-1111-7222-8333-444455556666',
};
/** So short that a test need not wait; those of the program end below the lease in the same order. */
const limits: SmtpTimeouts = { connect: 300, greeting: 300, silence: 400, whole: 800 };
const patient: SmtpTimeouts = { connect: 5_000, greeting: 5_000, silence: 8_000, whole: 12_000 };

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function mailerTo(server: Partial<SmtpServer> & { port: number }, timeouts = patient) {
  const mailer = createSmtpMailer(
    { host: '127.0.0.1', secure: false, credentials: null, ...server },
    { domain: 'market.example', from: null, limits: timeouts },
  );
  closing.push(() => mailer.close());
  return mailer;
}

async function smtp(options: Parameters<typeof startSmtp>[0] = {}) {
  const server = await startSmtp(options);
  closing.push(server.close);
  return server;
}

/** A server of a few lines that talks as the test wants. */
async function talking(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('a mail that cannot go out now', () => {
  it('may be tried again when nobody listens', async () => {
    const port = await talking(() => undefined);
    await closing.pop()?.();
    await expect(mailerTo({ port }).send(mail)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
  });

  it('may be tried again when the server accepts and says nothing', async () => {
    const port = await talking(() => undefined);
    await expect(mailerTo({ port }, limits).send(mail)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
  });

  it('may be tried again when the server takes the message and says nothing', async () => {
    const server = await smtp();
    const held: (() => void)[] = [];
    server.onMessage = () => new Promise((resolve) => held.push(() => resolve(null)));
    await expect(mailerTo(server, limits).send(mail)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    for (const release of held) release();
  });

  it('may be tried again when the server keeps talking and never ends', async () => {
    const port = await talking((socket) => {
      const timer = setInterval(() => socket.write('220-wait\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    const talkative = { ...limits, greeting: 5_000, connect: 5_000 };
    await expect(mailerTo({ port }, talkative).send(mail)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
  });

  it.each([
    ['the recipient is greylisted', 451, 'RCPT'],
    ['the server is full', 452, 'DATA'],
  ])('may be tried again when %s', async (_, code, step) => {
    const server = await smtp();
    if (step === 'RCPT') server.onRecipient = () => ({ code, text: 'later' });
    else server.onMessage = () => ({ code, text: 'later' });
    await expect(mailerTo(server).send(mail)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
  });

  it('may be tried again when our own credentials or sender are refused: that is for the operator to mend', async () => {
    const server = await smtp({
      allowInsecureAuth: true,
      authOptional: false,
      onAuth: (_auth, _session, done) => done(new Error('wrong password')),
    });
    const credentials = { user: 'duijie', pass: 'Geheim-4711' };
    const failed = mailerTo({ port: server.port, credentials }).send(mail);
    await expect(failed).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    await expect(failed).rejects.not.toThrow(/Geheim/);
    const picky = await smtp({
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error('not you'), { responseCode: 553 })),
    });
    await expect(mailerTo(picky).send(mail)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
  });
});

describe('a mail that is refused', () => {
  it.each([
    ['for its recipient', 'bounced', 'Hard bounce'],
    ['for what it says', 'refused', 'The message was refused'],
  ])('%s is refused for good', async (_, state, said) => {
    const server = await smtp();
    const answer = { code: 550, text: 'no' };
    if (state === 'bounced') server.onRecipient = () => answer;
    else server.onMessage = () => answer;
    const mailer = mailerTo(server);
    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'INVALID_STATE', details: { state } });
    await expect(mailer.send(mail)).rejects.toThrow(said);
    server.onRecipient = () => null;
    server.onMessage = () => null;
    await mailer.send(mail);
    expect(server.taken).toHaveLength(1);
  });
});

describe('the connection', () => {
  it('logs in with the credentials of SMTP_URL', async () => {
    const seen: unknown[] = [];
    const server = await smtp({
      allowInsecureAuth: true,
      authOptional: false,
      onAuth: ({ username, password }, _session, done) => {
        seen.push(username, password);
        done(null, { user: username ?? '' });
      },
    });
    await mailerTo({ port: server.port, credentials: { user: 'duijie', pass: 'p@ss word' } }).send(mail);
    expect(seen).toEqual(['duijie', 'p@ss word']);
    expect(server.taken).toHaveLength(1);
  });

  it('is encrypted to every server that is not on this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) {
      expect(securityOf({ host, secure: false })).toEqual({ secure: false, ignoreTLS: true });
    }
    for (const host of ['mail.example', '10.0.0.5', '127.0.0.1.example', 'localhost.example', '::2', '128.0.0.1']) {
      expect(securityOf({ host, secure: false })).toEqual({ secure: false, requireTLS: true });
    }
    expect(securityOf({ host: 'localhost', secure: true })).toEqual({ secure: true });
  });

  it('is not made over a network to a server that offers no encryption', async () => {
    const server = await smtp({ hideSTARTTLS: true });
    // The same machine by an address that does not say so.
    const sent = mailerTo({ port: server.port, host: '0.0.0.0' }).send(mail);
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    expect(server.taken).toEqual([]);
  });

  it('is refused to a server whose certificate nobody has signed', async () => {
    const server = await smtp({ secure: true });
    const sent = mailerTo({ port: server.port, host: 'localhost', secure: true }).send(mail);
    await expect(sent).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    expect(server.taken).toEqual([]);
  });
});
