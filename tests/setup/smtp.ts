import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { type ReadMail, readEml } from './eml.ts';

/** An answer to a command; null for yes. */
export type SmtpAnswer = { code: number; text: string } | null;

export interface TestSmtpServer {
  /** With 127.0.0.1, on a port of its own. */
  url: string;
  port: number;
  /** What was taken, oldest first. */
  taken: (ReadMail & { to: string[]; from: string })[];
  /** Asked for each recipient and for each whole message. */
  onRecipient: (address: string) => SmtpAnswer;
  onMessage: () => SmtpAnswer | Promise<SmtpAnswer>;
  close(): Promise<void>;
}

/** A real SMTP server that keeps what it takes and refuses as told. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const taken: TestSmtpServer['taken'] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    ...options,
    onRcptTo: ({ address }, _session, done) => done(errorOf(server.onRecipient(address))),
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        const answer = await server.onMessage();
        if (answer === null) {
          taken.push({
            ...readEml(Buffer.concat(chunks).toString('utf8')),
            from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
            to: envelope.rcptTo.map((recipient) => recipient.address),
          });
        }
        done(errorOf(answer));
      });
    },
  });
  // A client that gives up resets its connection.
  smtp.on('error', () => undefined);
  const listening = smtp.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const server: TestSmtpServer = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    taken,
    onRecipient: () => null,
    onMessage: () => null,
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
  return server;
}

function errorOf(answer: SmtpAnswer): Error | null {
  return answer === null ? null : Object.assign(new Error(answer.text), { responseCode: answer.code });
}
