import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { AppError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Mail, Mailer } from '../core/mailer.ts';
import { type MailSender, senderOf, toMessage } from './message.ts';

/**
 * Lays mails in `DATA_DIR/mail/<messageId>.eml`, where no SMTP server is configured. A retry replaces its file.
 * @param domain of the Message-ID, and of the sender where there is none
 */
export function createFileMailer(dataDir: string, domain = 'localhost', from: MailSender | null = null): Mailer {
  const folder = join(dataDir, 'mail');
  const sender = senderOf(from, domain);
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });

  async function send(mail: Mail): Promise<void> {
    const { message } = await composer.sendMail(toMessage(mail, { sender, domain }));
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(join(folder, `${mail.messageId}.eml`), message as Buffer);
    } catch (error) {
      throw new AppError(
        'UPSTREAM_FAILED',
        { zh: '邮件无法写入邮件目录。', en: 'The mail cannot be written to the mail directory.' },
        { cause: error },
      );
    }
  }
  return { send };
}

/** Through a file of its own and a rename: a reader sees the whole mail or none. */
async function writeWhole(path: string, content: Buffer): Promise<void> {
  const staging = `${path}.${newId()}.part`;
  try {
    await writeFile(staging, content, { flag: 'wx', mode: 0o600, flush: true });
    await rename(staging, path);
  } catch (error) {
    await rm(staging, { force: true });
    throw error;
  }
}
