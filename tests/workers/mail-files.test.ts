import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileMailer } from '../../src/mail/files.ts';
import { readEml } from '../setup/eml.ts';

const mail = {
  to: 'li@example.cn',
  subject: '请验证邮箱',
  text: '链接：http://localhost:3000/x\n',
  html: '<p>链接：http://localhost:3000/x</p>',
  messageId: '0197b6a1-1111-7222-8333-444455556666',
};
let dataDir: string;

beforeEach(() => {
  dataDir = join(tmpdir(), `duijie-mail-${randomUUID()}`);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('mail that lies in files', () => {
  it('is one .eml per message id, readable by its owner only', async () => {
    await createFileMailer(dataDir).send(mail);
    const file = join(dataDir, 'mail', `${mail.messageId}.eml`);
    expect((await stat(join(dataDir, 'mail'))).mode & 0o777).toBe(0o700);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const content = await readFile(file, 'utf8');
    expect(content).toContain(`Message-ID: <${mail.messageId}@localhost>`);
    expect(content).toContain('To: li@example.cn');
    expect(content).toContain(`Subject: =?UTF-8?`);
  });

  it('is replaced by a retry', async () => {
    const mailer = createFileMailer(dataDir);
    await mailer.send({ ...mail, text: 'first' });
    await mailer.send({ ...mail, text: 'second' });
    expect(await readdir(join(dataDir, 'mail'))).toEqual([`${mail.messageId}.eml`]);
    expect(await readFile(join(dataDir, 'mail', `${mail.messageId}.eml`), 'utf8')).toContain('second');
  });

  it('may be tried again when the directory cannot be written', async () => {
    await writeFile(dataDir, 'a file in the way');
    await expect(createFileMailer(dataDir).send(mail)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
  });

  it('has text and HTML side by side, and one header for each that it should have', async () => {
    const to = 'li@example.cn, everybody@example.cn';
    const unsubscribeUrl = `https://market.example/v1/unsubscribe/${'x'.repeat(44)}`;
    const hostile = { ...mail, to, subject: 'a\r\nBcc: everybody@example.cn\r\n\r\nbody', unsubscribeUrl };
    await createFileMailer(dataDir, 'market.example').send(hostile);
    const source = await readFile(join(dataDir, 'mail', `${mail.messageId}.eml`), 'utf8');
    const { headers, text, html } = readEml(source);
    expect([text.trim(), html.trim()]).toEqual([mail.text.trim(), mail.html]);
    expect(headers).toMatchObject({
      from: 'Duijie 对接 <no-reply@market.example>',
      'list-unsubscribe': `<${unsubscribeUrl}>`,
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
    });
    expect(source).toContain(`\nList-Unsubscribe: <${unsubscribeUrl}>\n`);
    expect(headers.bcc).toBeUndefined();
    expect(source.match(/^[Tt]o:.*$/gm)).toHaveLength(1);
  });

  it('stays in its directory whatever the message id', async () => {
    await expect(createFileMailer(dataDir).send({ ...mail, messageId: '../../x' })).rejects.toThrow(TypeError);
  });
});
