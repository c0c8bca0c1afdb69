import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { AppError } from './core/errors.ts';
import { newId } from './core/ids.ts';
import type { Mail, Mailer } from './core/mailer.ts';

/** Message ids become file names. */
const idShape = /^[0-9A-Za-z-]{1,100}$/;

/**
 * Lays mails in `DATA_DIR/mail/<messageId>.eml` for as long as no channel sends them. A retry replaces its file.
 * @param domain of the sender and of the Message-ID
 */
export function createFileMailer(dataDir: string, domain = 'localhost'): Mailer {
  const folder = join(dataDir, 'mail');
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });

  async function send(mail: Mail): Promise<void> {
    if (!idShape.test(mail.messageId)) throw new TypeError('a mail wants a message id of letters, digits and hyphens');
    const { message } = await composer.sendMail({
      from: { name: 'Duijie 对接', address: `no-reply@${domain}` },
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      messageId: `<${mail.messageId}@${domain}>`,
    });
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
