import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { owe } from '../../src/core/outbox.ts';
import { transaction } from '../../src/core/transaction.ts';
import { createSmtpMailer } from '../../src/mail/smtp.ts';
import { categories } from '../../src/notifications/categories.ts';
import { runDelivery } from '../../workers/run-job.ts';
import { startWorkers } from '../../workers/start-workers.ts';
import { registerOrganization } from '../setup/api.ts';
import {
  api,
  due,
  goTo,
  insertNotice,
  logLines,
  mailDeliveries,
  prefer,
  publicUrl,
  reader,
  registry,
  runDue,
  settle,
  smtp,
  tell,
  tellVerified,
  useMail,
} from '../setup/mail.ts';

useMail();

describe('a notice', () => {
  it('is mailed at once, as text and HTML, with the headers that end such mails', async () => {
    await tellVerified();
    await runDue();
    expect(smtp.taken).toHaveLength(1);
    const [mail] = smtp.taken;
    const [notice] = (await reader.get('/v1/notifications')).body.items;
    expect(mail?.to).toEqual([reader.session.user.email]);
    expect(mail?.from).toBe('notices@market.example');
    expect(mail?.headers).toMatchObject({
      from: '对接平台 <notices@market.example>',
      to: reader.session.user.email,
      subject: '【对接】机构已通过审核',
      'message-id': `<${notice.id}@market.example>`,
      'auto-submitted': 'auto-generated',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
    const unsubscribeUrl = /^<(https:\/\/market\.example\/v1\/unsubscribe\/[\w-]+)>$/.exec(
      mail?.headers['list-unsubscribe'] ?? '',
    )?.[1];
    const subjectUrl = `${publicUrl}/v1/organizations/${reader.organizationId}`;
    for (const part of [mail?.text, mail?.html]) {
      for (const said of [notice.title, notice.body, subjectUrl, unsubscribeUrl]) expect(part).toContain(said);
    }
    expect((await mailDeliveries()).map(({ status }) => status)).toEqual(['done']);
  });

  it('links to what it is about, an endpoint that was turned off as well as a record', async () => {
    const id = newId();
    await api.deps.pool.query(
      `insert into webhooks (id, organization_id, url, enabled, created_at, updated_at)
       values ($1, $2, 'https://receiver.example/', false, now(), now())`,
      [id, reader.organizationId],
    );
    await tell('webhook.disabled', 'webhook', id);
    await runDue();
    expect(smtp.taken.map((mail) => mail.text)).toEqual([expect.stringContaining(`${publicUrl}/v1/webhooks/${id}`)]);
  });

  it('is mailed in the language of its reader', async () => {
    const version = (await reader.get('/v1/me')).body.version;
    await reader.patch('/v1/me', { locale: 'en' }, { 'if-match': `"${version}"` });
    await tellVerified();
    await runDue();
    expect(smtp.taken[0]?.headers.subject).toBe('Duijie: Your organization is verified');
    expect(smtp.taken[0]?.html).toContain('<html lang="en">');
  });

  it('is not mailed to an address that is not verified, nor to a person who has erased themselves', async () => {
    const stranger = await registerOrganization(api, 'enterprise', '640302', '未验证企业');
    await settle();
    await tell('organization.verified', 'organization', stranger.organizationId);
    await runDue();
    await tellVerified();
    await runDelivery((await due())[0] ?? '', { deps: api.deps, registry });
    await api.deps.pool.query('update users set erased_at = now() where id = $1', [reader.userId]);
    await runDue();
    expect(smtp.taken).toEqual([]);
    expect((await mailDeliveries()).map(({ status }) => status)).toEqual(['done']);
  });

  it('waits for the end of quiet hours, over midnight', async () => {
    await prefer({ quietHours: { start: '09:30', end: '07:15' } });
    await tellVerified();
    expect(await runDue()).toEqual(['done']);
    goTo(7, 14);
    expect(await runDue()).toEqual([]);
    goTo(7, 15);
    expect(await runDue()).toEqual(['done']);
    expect(smtp.taken).toHaveLength(1);
  });

  it('waits, too, in quiet hours that were set after it was owed', async () => {
    await tellVerified();
    await runDelivery((await due())[0] ?? '', { deps: api.deps, registry });
    await prefer({ quietHours: { start: '09:00', end: '12:00' } });
    expect(await runDue()).toEqual(['retried']);
    expect(await mailDeliveries()).toMatchObject([{ status: 'pending', attempts: 0 }]);
    goTo(12, 0);
    expect(await runDue()).toEqual(['done']);
    expect(smtp.taken).toHaveLength(1);
  });

  it('is not mailed once it has been read, or once its category is off', async () => {
    await prefer({ quietHours: { start: '09:00', end: '12:00' } });
    await tellVerified();
    await tell('organization.suspended', 'organization', reader.organizationId);
    await runDue();
    const verified = (await reader.get('/v1/notifications?type=organization.verified')).body.items[0];
    await reader.post(`/v1/notifications/${verified.id}/read`);
    goTo(12, 0);
    await runDue();
    expect(smtp.taken.map((mail) => mail.headers.subject)).toEqual(['【对接】机构已暂停']);
    await prefer({ quietHours: null, mail: { organization: 'off' } });
    await tell('organization.reinstated', 'organization', reader.organizationId);
    await runDue();
    expect(smtp.taken).toHaveLength(1);
  });
});

describe('unsubscribing', () => {
  it('by the link of a mail stops the next mail of that kind, and no other', async () => {
    await tellVerified();
    await runDue();
    const link = /<https:\/\/market\.example([^>]+)>/.exec(smtp.taken[0]?.headers['list-unsubscribe'] ?? '')?.[1] ?? '';
    const answer = await api.anonymous.post(link, 'List-Unsubscribe=One-Click', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.status).toBe(200);
    await tell('organization.suspended', 'organization', reader.organizationId);
    await runDue();
    expect(smtp.taken).toHaveLength(1);
    const { mail } = (await reader.get('/v1/notification-preferences')).body;
    expect(mail).toMatchObject({ organization: 'off', introductions: 'at_once' });
  });
});

describe('a mail server', () => {
  it('that asks to come back later gets the same mail again, under the same Message-ID', async () => {
    const seen: string[] = [];
    smtp.onRecipient = () => (seen.push('asked') < 3 ? { code: 451, text: 'greylisted' } : null);
    await tellVerified();
    expect(await runDue()).toEqual(['done', 'retried']);
    api.clock.advance({ seconds: 30 });
    expect(await runDue()).toEqual(['retried']);
    api.clock.advance({ minutes: 2 });
    expect(await runDue()).toEqual(['done']);
    const [notice] = (await reader.get('/v1/notifications')).body.items;
    expect(smtp.taken.map((mail) => mail.headers['message-id'])).toEqual([`<${notice.id}@market.example>`]);
  });

  it('that takes a mail and then fails gets it a second time, recognisable by its Message-ID', async () => {
    let answers = 0;
    smtp.onMessage = () => {
      answers += 1;
      return null;
    };
    await tellVerified();
    await runDue();
    await api.deps.pool.query(
      "update deliveries set status = 'pending' where handler = 'mail-notice' and target_id in (select id from notifications where user_id = $1)",
      [reader.userId],
    );
    await runDue();
    expect(answers).toBe(2);
    expect(new Set(smtp.taken.map((mail) => mail.headers['message-id'])).size).toBe(1);
  });

  it('that refuses the recipient is not asked again: the dead letter says so, without the address', async () => {
    smtp.onRecipient = (address) => ({ code: 550, text: `5.1.1 <${address}> unknown` });
    await tellVerified();
    expect(await runDue()).toEqual(['done', 'dead']);
    const [delivery] = await mailDeliveries();
    expect(delivery).toMatchObject({ status: 'dead', attempts: 1 });
    expect(delivery?.last_error).toContain('Hard bounce, the recipient was refused: 550');
    expect(delivery?.last_error).not.toContain(reader.session.user.email);
  });

  it('that refuses the message is not asked again', async () => {
    smtp.onMessage = () => ({ code: 554, text: 'looks like spam' });
    await tellVerified();
    expect(await runDue()).toEqual(['done', 'dead']);
    expect((await mailDeliveries())[0]?.last_error).toContain('The message was refused: 554');
  });
});

describe('a mail server that hangs', () => {
  it('is given up, and gets the mail when it answers again', async () => {
    const held: (() => void)[] = [];
    smtp.onMessage = () => new Promise((answer) => held.push(() => answer(null)));
    const hasty = { connect: 2_000, greeting: 2_000, silence: 300, whole: 2_000 };
    const server = { host: '127.0.0.1', port: smtp.port, secure: false, credentials: { user: 'a', pass: 'b' } };
    const mailer = createSmtpMailer(server, { domain: 'market.example', from: null, limits: hasty });
    await tellVerified();
    const [notify] = await due();
    await runDelivery(notify ?? '', { deps: api.deps, registry });
    const [delivery] = await due();
    expect(await runDelivery(delivery ?? '', { deps: { ...api.deps, mailer }, registry })).toBe('retried');
    mailer.close();
    smtp.onMessage = () => null;
    expect(await runDue()).toEqual([]);
    api.clock.advance({ seconds: 30 });
    expect(await runDue()).toEqual(['done']);
    expect(held).toHaveLength(1);
    const [notice] = (await reader.get('/v1/notifications')).body.items;
    expect(smtp.taken[0]?.headers['message-id']).toBe(`<${notice.id}@market.example>`);
    for (const release of held) release();
  });
});

describe('many notices at once', () => {
  it('are mailed by a worker, none missing and none dead, though few go out at a time', async () => {
    const count = 200;
    await tellVerified();
    await runDue();
    const { rows } = await api.deps.pool.query<{ id: string }>('select id from messages order by id desc limit 1');
    const messageId = rows[0]?.id ?? '';
    const ids = Array.from({ length: count }, newId);
    for (const id of ids) await insertNotice('organization.verified', {}, 'organization', id);
    const ctx = api.deps.ctxFor({ kind: 'system', name: 'test' });
    const targets = ids.map((id) => ({ id }));
    await transaction(ctx, (tx) => owe(tx, ctx, { messageId, handler: 'mail-notice', targets }));
    const parts = { registry, scheduledJobs: {}, readers: [] };
    const workers = startWorkers(api.deps, parts);
    try {
      await vi.waitFor(
        async () => {
          // Who was put back comes again by the clock.
          api.clock.advance({ seconds: 0.5 });
          const states = new Set((await mailDeliveries()).map(({ status }) => status));
          expect(states).toEqual(new Set(['done']));
        },
        { timeout: 60_000, interval: 50 },
      );
    } finally {
      await workers.close();
    }
    const mailed = new Set(smtp.taken.map((mail) => mail.headers['message-id']));
    expect([...mailed].filter((id) => ids.includes((id ?? '').slice(1, 37)))).toHaveLength(count);
  }, 90_000);
});

describe('a mail about the account', () => {
  it('goes to an address that is not verified, in quiet hours and with everything off, as text and HTML', async () => {
    await api.deps.pool.query('update users set email_verified_at = null where id = $1', [reader.userId]);
    const off = Object.fromEntries(categories.map((category) => [category, 'off']));
    await prefer({ mail: off, quietHours: { start: '09:00', end: '12:00' } });
    expect((await reader.post('/v1/email-verifications')).status).toBe(202);
    expect(await runDue()).toEqual(['done']);
    const [mail] = smtp.taken;
    const token = /验证码：([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
    expect(mail?.html).toContain(token);
    expect(mail?.headers['list-unsubscribe']).toBeUndefined();
    expect((await api.anonymous.post('/v1/email-verifications/confirm', { token })).status).toBe(200);
  });
});

it('neither password, address nor what a mail says is logged', async () => {
  await tellVerified();
  await runDue();
  const log = logLines.join('\n');
  expect(log).toContain('a delivery is dead');
  const token = /unsubscribe\/([\w-]+)/.exec(smtp.taken[0]?.text ?? '')?.[1] ?? '';
  for (const secret of ['Geheim-4711', reader.session.user.email, '机构已通过审核', token]) {
    expect(secret).not.toBe('');
    expect(log.includes(secret), secret).toBe(false);
  }
});
