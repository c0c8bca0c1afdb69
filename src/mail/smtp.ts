import { isIP } from 'node:net';
import nodemailer from 'nodemailer';
import { AppError } from '../core/errors.ts';
import { oneLine } from '../core/mail-layout.ts';
import { type Mail, type Mailer, mailsInFlight } from '../core/mailer.ts';
import type { Text } from '../core/text.ts';
import { type MailSender, senderOf, toMessage } from './message.ts';

export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte; otherwise by STARTTLS, which only a server on this machine may lack. */
  secure: boolean;
  credentials: { user: string; pass: string } | null;
}

/** In ms; together they stay below the lease of a delivery, 15 s, so that no mail is sent twice because one is slow. */
export interface SmtpTimeouts {
  connect: number;
  greeting: number;
  silence: number;
  whole: number;
}

const timeouts: SmtpTimeouts = { connect: 5_000, greeting: 5_000, silence: 10_000, whole: 12_000 };

/**
 * Sends by SMTP over a few kept connections. Nothing of the conversation is logged.
 * @param domain of the Message-ID, and of the sender where there is none
 */
export function createSmtpMailer(
  server: SmtpServer,
  { domain, from, limits = timeouts }: { domain: string; from: MailSender | null; limits?: SmtpTimeouts },
): Mailer & { close(): void } {
  const sender = senderOf(from, domain);
  const transport = nodemailer.createTransport({
    pool: true,
    maxConnections: mailsInFlight,
    maxRequeues: 1,
    ...securityOf(server),
    host: server.host,
    port: server.port,
    connectionTimeout: limits.connect,
    dnsTimeout: limits.connect,
    greetingTimeout: limits.greeting,
    socketTimeout: limits.silence,
    logger: false,
    ...(server.credentials === null ? {} : { auth: server.credentials }),
  });

  async function send(mail: Mail): Promise<void> {
    const message = toMessage(mail, { sender, domain });
    try {
      await transport.sendMail({ ...message, signal: AbortSignal.timeout(limits.whole) });
    } catch (error) {
      throw asAppError(error);
    }
  }
  return { send, close: () => transport.close() };
}

/** Passwords and notices go over a network only encrypted, to a server with a certificate for its name. */
export function securityOf({ host, secure }: Pick<SmtpServer, 'host' | 'secure'>) {
  if (secure) return { secure: true };
  return isLoopback(host) ? { secure: false, ignoreTLS: true } : { secure: false, requireTLS: true };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** What the library and the server say of a mail that did not go out. */
interface SmtpFault {
  code?: string;
  /** The command that was answered. */
  command?: string;
  response?: string;
  responseCode?: number;
}

/**
 * A recipient or a message that is refused with 5xx is refused for good (RFC 5321, 4.2.1). Everything else may pass: 4xx,
 * silence, and also 5xx to our own name, credentials or sender, which are the operator's to mend.
 */
function asAppError(error: unknown): AppError {
  const fault: SmtpFault = typeof error === 'object' && error !== null ? error : {};
  const { code, command, responseCode = 0 } = fault;
  if (responseCode >= 500 && command === 'RCPT TO') return refused('bounced', recipientRefused, fault);
  if (responseCode >= 500 && command === 'DATA') return refused('refused', messageRefused, fault);
  if (responseCode === 0 && code === 'EENVELOPE') return refused('bounced', recipientRefused, fault);
  const text = { zh: '邮件暂时无法发出。', en: 'The mail could not be sent.' };
  return new AppError('UPSTREAM_FAILED', text, { cause: error });
}

const recipientRefused: Text = { zh: '收件地址被拒绝（硬退信）', en: 'Hard bounce, the recipient was refused' };
const messageRefused: Text = { zh: '邮件被拒绝', en: 'The message was refused' };

function refused(state: 'bounced' | 'refused', { zh, en }: Text, { response = '' }: SmtpFault): AppError {
  const said = response === '' ? '' : `: ${oneLine(response).slice(0, 200)}`;
  return new AppError('INVALID_STATE', { zh: `${zh}${said}`, en: `${en}${said}` }, { state });
}
