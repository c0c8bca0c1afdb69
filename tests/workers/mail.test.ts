import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import type { MessageType, SubjectType } from '../../src/core/messages.ts';
import { emit } from '../../src/core/outbox.ts';
import { transaction } from '../../src/core/transaction.ts';
import type { MatchIndex } from '../../src/matches/service.ts';
import { makeDueDigests } from '../../src/notifications/service.ts';
import { createRegistry } from '../../workers/registry.ts';
import { type Outcome, runDelivery } from '../../workers/run-job.ts';
import { type Person, registerOrganization, startApi, type TestApi } from '../setup/api.ts';
import { startSmtp, type TestSmtpServer } from '../setup/smtp.ts';

const publicUrl = 'https://market.example';
const registry = createRegistry({} as MatchIndex);

let smtp: TestSmtpServer;
let api: TestApi;
let reader: Person;

beforeAll(async () => {
  smtp = await startSmtp();
  api = await startApi(
    {
      SMTP_URL: smtp.url,
      PUBLIC_URL: publicUrl,
      MAIL_FROM: '对接平台 <notices@market.example>',
    },
    { logLines: [] },
  );
});
afterAll(async () => {
  await api?.close();
  await smtp?.close();
});

beforeEach(async () => {
  smtp.taken.length = 0;
  smtp.onRecipient = () => null;
  smtp.onMessage = () => null;
  goTo(10, 0);
  await settle();
  reader = await newReader();
});

/** To the next time that clocks in China show this. */
function goTo(hours: number, minutes: number): void {
  const dayMinutes = 24 * 60;
  const shown = (Math.floor(api.clock.now().getTime() / 60_000) + 8 * 60) % dayMinutes;
  const seconds = api.clock.now().getUTCSeconds();
  api.clock.advance({
    minutes: (hours * 60 + minutes - shown + dayMinutes) % dayMinutes || dayMinutes,
    seconds: -seconds,
  });
}

/** A person whose address is verified, in an organization of their own. */
async function newReader(): Promise<Person> {
  const person = await registerOrganization(api, 'enterprise', '640302', '一家企业');
  await api.deps.pool.query('update users set email_verified_at = now() where id = $1', [person.userId]);
  await settle();
  return person;
}

/** Nothing of what was done before is owed any more. */
async function settle(): Promise<void> {
  await api.deps.pool.query("update deliveries set status = 'done' where status = 'pending'");
}

async function tell(type: MessageType, subjectType: SubjectType, subjectId: string): Promise<void> {
  const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
  await transaction(system, async (tx) => {
    await emit(tx, system, { type, subjectType, subjectId });
    return null;
  });
}

/** Runs every delivery that is due by the clock, and what these owe, until none is; returns what became of each run. */
async function runDue(random: () => number = () => 0): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (;;) {
    const { rows } = await api.deps.pool.query<{ id: string }>(
      "select id from deliveries where status = 'pending' and not_before <= $1 order by id",
      [api.clock.now()],
    );
    if (rows.length === 0) return outcomes;
    for (const { id } of rows) outcomes.push(await runDelivery(id, { deps: api.deps, registry, random }));
  }
}

async function mailDeliveries(): Promise<{ status: string; attempts: number; last_error: string | null }[]> {
  const { rows } = await api.deps.pool.query(
    `select d.status, d.attempts, d.last_error from deliveries d join notifications n on n.id = d.target_id
     where n.user_id = $1 order by d.id`,
    [reader.userId],
  );
  return rows;
}

async function prefer(changes: object): Promise<void> {
  const answer = await reader.patch('/v1/notification-preferences', changes, { 'if-match': '*' });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

async function tellVerified(): Promise<void> {
  await tell('organization.verified', 'organization', reader.organizationId);
}

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
    const { rows } = await api.deps.pool.query(
      "select id from deliveries where handler = 'notify' and status = 'pending'",
    );
    await runDelivery(rows[0].id, { deps: api.deps, registry });
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
    const { rows } = await api.deps.pool.query(
      "select id from deliveries where handler = 'notify' and status = 'pending'",
    );
    await runDelivery(rows[0].id, { deps: api.deps, registry });
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

describe('a digest', () => {
  async function insertNotice(type: MessageType, params: Record<string, string>, subjectType = 'match') {
    await api.deps.pool.query(
      `insert into notifications (id, message_id, user_id, organization_id, type, subject_type, subject_id, params, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [newId(), newId(), reader.userId, reader.organizationId, type, subjectType, newId(), params, api.clock.now()],
    );
  }

  function makeDigests(): Promise<{ digests: number }> {
    return makeDueDigests(api.deps.ctxFor({ kind: 'system', name: 'make-digests' }));
  }

  it('tells at 08:00 what is unread, by category, the best suggestions first, and how many more there are', async () => {
    for (let score = 50; score < 62; score += 1)
      await insertNotice('match.suggested', { score: String(score), demandTitle: `需求${score}`, demandCode: 'D1' });
    await insertNotice('search.matched', { searchName: '枸杞', count: '3', searchKind: 'result' }, 'saved_search');
    await insertNotice('organization.verified', {}, 'organization');
    goTo(8, 4);
    expect(await makeDigests()).toEqual({ digests: 0 });
    goTo(8, 5);
    expect(await makeDigests()).toEqual({ digests: 1 });
    expect(await makeDigests()).toEqual({ digests: 0 });
    await runDue();
    expect(smtp.taken).toHaveLength(1);
    const [mail] = smtp.taken;
    expect(mail?.headers.subject).toMatch(/^【对接】每日汇总：13 条未读通知（\d{4}-\d\d-\d\d）$/);
    expect([...(mail?.text ?? '').matchAll(/“需求(\d\d)”/g)].map((match) => Number(match[1]))).toEqual([
      61, 60, 59, 58, 57, 56, 55, 54, 53, 52,
    ]);
    expect(mail?.text).toContain('还有 2 条');
    expect(mail?.text).toContain('保存的搜索');
    expect(mail?.text).not.toContain('机构');
    expect(mail?.headers['list-unsubscribe']).toContain('/v1/unsubscribe/');
  });

  it('is one, although two workers make it at the same time', async () => {
    await insertNotice('match.suggested', { score: '70' });
    api.clock.advance({ days: 1 });
    const made = await Promise.all([makeDigests(), makeDigests()]);
    expect(made.map((one) => one.digests).sort()).toEqual([0, 1]);
    await runDue();
    expect(smtp.taken).toHaveLength(1);
  });

  it('is not sent when all has been read meanwhile', async () => {
    await insertNotice('match.suggested', { score: '70' });
    api.clock.advance({ days: 1 });
    await makeDigests();
    const [notice] = (await reader.get('/v1/notifications')).body.items;
    await reader.post(`/v1/notifications/${notice.id}/read`);
    expect(await runDue()).toEqual(['done']);
    expect(smtp.taken).toEqual([]);
  });

  it('waits for the end of quiet hours', async () => {
    await prefer({ quietHours: { start: '22:00', end: '11:00' } });
    await insertNotice('match.suggested', { score: '70' });
    api.clock.advance({ days: 1 });
    await makeDigests();
    expect(await runDue()).toEqual(['retried']);
    goTo(11, 0);
    await runDue();
    expect(smtp.taken).toHaveLength(1);
  });

  it('comes on Monday to those who want it weekly, and what an outage left untold with it', async () => {
    await prefer({ mail: { suggestions: 'weekly' } });
    await insertNotice('match.suggested', { score: '70' });
    const made: number[] = [];
    for (let day = 0; day < 8; day += 1) {
      api.clock.advance({ days: 1 });
      made.push((await makeDigests()).digests);
    }
    expect(made.reduce((sum, one) => sum + one)).toBe(1);
    await runDue();
    expect(smtp.taken[0]?.headers.subject).toContain('每周汇总：1 条未读通知');
  });
});
