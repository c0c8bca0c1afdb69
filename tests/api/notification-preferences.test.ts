import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Person, registerOrganization, startApi, type TestApi } from '../setup/api.ts';
import { unsubscribeTokenOf } from '../setup/unsubscribe.ts';

const url = '/v1/notification-preferences';
const defaults = {
  introductions: 'at_once',
  suggestions: 'daily',
  projects: 'at_once',
  records: 'at_once',
  savedSearches: 'daily',
  organization: 'at_once',
};

let api: TestApi;
let person: Person;

beforeAll(async () => {
  api = await startApi({ PUBLIC_URL: 'https://market.example' });
});
afterAll(() => api?.close());
beforeEach(async () => {
  person = await registerOrganization(api, 'enterprise', '640302', '一家企业');
  await api.deps.pool.query('update users set email_verified_at = now() where id = $1', [person.userId]);
});

async function auditOf(subjectId: string): Promise<{ actor: string; action: string; details: object }[]> {
  const { rows } = await api.deps.pool.query(
    "select actor, action, details from audit_entries where subject_id = $1 and action like 'user.u%' order by id",
    [subjectId],
  );
  return rows;
}

describe('preferences', () => {
  test('stand by default as documented, and are changed one by one', async () => {
    const before = await person.get(url);
    expect([before.status, before.body]).toEqual([200, { version: 1, mail: defaults, quietHours: null }]);
    expect(before.headers.etag).toBe('"1"');
    const quietHours = { start: '22:00', end: '07:30' };
    const changed = await person.patch(url, { mail: { suggestions: 'weekly' }, quietHours }, { 'if-match': '"1"' });
    expect(changed.body).toEqual({ version: 2, mail: { ...defaults, suggestions: 'weekly' }, quietHours });
    const again = await person.patch(url, { quietHours: null, mail: { records: 'off' } }, { 'if-match': '"2"' });
    expect(again.body).toEqual({
      version: 3,
      mail: { ...defaults, suggestions: 'weekly', records: 'off' },
      quietHours: null,
    });
    expect((await person.get(url)).body).toEqual(again.body);
    expect(await auditOf(person.userId)).toEqual([
      {
        actor: `user:${person.userId}`,
        action: 'user.update_notification_preferences',
        details: { fields: ['mail.suggestions', 'quietHours'] },
      },
      {
        actor: `user:${person.userId}`,
        action: 'user.update_notification_preferences',
        details: { fields: ['mail.records', 'quietHours'] },
      },
    ]);
  });

  test("are one person's own", async () => {
    const other = await registerOrganization(api, 'university', '430104', '一所大学');
    await person.patch(url, { mail: { suggestions: 'off' } }, { 'if-match': '*' });
    expect((await other.get(url)).body).toEqual({ version: 1, mail: defaults, quietHours: null });
    expect((await api.anonymous.get(url)).status).toBe(401);
    expect((await api.anonymous.patch(url, {}, { 'if-match': '*' })).status).toBe(401);
  });

  test('are changed only by who has read them as they stand', async () => {
    expect((await person.patch(url, { mail: { records: 'off' } })).status).toBe(428);
    expect((await person.patch(url, { mail: { records: 'off' } }, { 'if-match': '"7"' })).status).toBe(412);
    const both = await Promise.all(
      ['off', 'weekly'].map((mode) => person.patch(url, { mail: { records: mode } }, { 'if-match': '"1"' })),
    );
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 412]);
    expect((await person.get(url)).body.version).toBe(2);
  });

  test('refuse what means nothing, with a pointer to it', async () => {
    const faulty = [
      [{ mail: { suggestions: 'hourly' } }, '/mail/suggestions'],
      [{ mail: { gossip: 'off' } }, '/mail/gossip'],
      [{ quietHours: { start: '25:00', end: '07:00' } }, '/quietHours/start'],
      [{ quietHours: { start: '22:00' } }, '/quietHours/end'],
      [{ quietHours: { start: '22:00', end: '22:00' } }, '/quietHours/end'],
    ] as const;
    for (const [body, pointer] of faulty) {
      const answer = await person.patch(url, body, { 'if-match': '*' });
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    }
    expect((await person.get(url)).body.version).toBe(1);
  });
});

describe('unsubscribing', () => {
  const oneClick = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = 'List-Unsubscribe=One-Click';

  async function modes(): Promise<Record<string, string>> {
    return (await person.get(url)).body.mail;
  }

  test('is asked by a page that changes nothing when a scanner opens it', async () => {
    const link = `/v1/unsubscribe/${await unsubscribeTokenOf(api, person.userId, 'records')}`;
    const page = await api.anonymous.get(link);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.body).toContain('<form method="post">');
    expect(page.body).toContain('<html lang="zh-CN">');
    expect(page.body).toContain('https://market.example/v1/notification-preferences');
    expect(page.body).not.toMatch(/<script|<img|https?:(?!\/\/market\.example)/);
    expect(await modes()).toEqual(defaults);
    await api.deps.pool.query("update users set locale = 'en' where id = $1", [person.userId]);
    expect((await api.anonymous.get(link)).body).toContain('Stop notices by mail of “Demands and results”?');
  });

  test('takes one POST in either encoding of a form, without signing in, and again without effect', async () => {
    const link = `/v1/unsubscribe/${await unsubscribeTokenOf(api, person.userId, 'records')}`;
    const first = await api.anonymous.post(link, body, oneClick);
    expect([first.status, first.body.includes('<form')]).toEqual([200, false]);
    expect(await modes()).toEqual({ ...defaults, records: 'off' });
    const multipart = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
    const again = await api.anonymous.post(link, multipart, { 'content-type': 'multipart/form-data; boundary=x' });
    expect(again.status).toBe(200);
    expect(await auditOf(person.userId)).toEqual([
      { actor: 'system:unsubscribe', action: 'user.unsubscribe', details: { categories: ['records'] } },
    ]);
  });

  test('from a digest ends all that comes in it', async () => {
    const link = `/v1/unsubscribe/${await unsubscribeTokenOf(api, person.userId, 'daily')}`;
    expect((await api.anonymous.post(link, body, oneClick)).status).toBe(200);
    expect(await modes()).toEqual({ ...defaults, suggestions: 'off', savedSearches: 'off' });
  });

  test('wants the form that mail programs send', async () => {
    const link = `/v1/unsubscribe/${await unsubscribeTokenOf(api, person.userId, 'records')}`;
    expect((await api.anonymous.post(link, 'List-Unsubscribe=No', oneClick)).status).toBe(422);
    expect((await api.anonymous.post(link, 'x=1', oneClick)).status).toBe(422);
    expect((await api.anonymous.post(link)).status).toBe(422);
    expect(await modes()).toEqual(defaults);
  });

  test('knows no token that it has not made, and none of an erased account', async () => {
    const token = await unsubscribeTokenOf(api, person.userId, 'records');
    const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const unknown of [changed, 'x', `${token}A`, `${token.slice(0, 22)}A${token.slice(23)}`]) {
      expect((await api.anonymous.get(`/v1/unsubscribe/${unknown}`)).status).toBe(404);
      expect((await api.anonymous.post(`/v1/unsubscribe/${unknown}`, body, oneClick)).status).toBe(404);
    }
    await person.delete('/v1/me', { password: 'a long enough password' });
    expect((await api.anonymous.get(`/v1/unsubscribe/${token}`)).status).toBe(404);
  });

  test('is limited for each address', async () => {
    const limited = await startApi({ SIGN_IN_LIMIT_PER_MINUTE: '2' });
    try {
      const answers = [];
      for (let each = 0; each < 3; each += 1) answers.push((await limited.anonymous.get('/v1/unsubscribe/x')).status);
      expect(answers).toEqual([404, 404, 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('personal data', () => {
  test('are exported with preferences and saved searches, and gone once erased', async () => {
    await person.post('/v1/saved-searches', { name: '枸杞', kind: 'result', q: '枸杞' });
    await person.patch(url, { mail: { suggestions: 'off' } }, { 'if-match': '*' });
    const { body } = await person.get('/v1/me/export');
    expect(body.notificationPreferences).toMatchObject({ mail: { suggestions: 'off' }, quietHours: null });
    expect(body.savedSearches).toMatchObject([{ name: '枸杞', kind: 'result', q: '枸杞', filters: {} }]);
    expect((await person.delete('/v1/me', { password: 'a long enough password' })).status).toBe(204);
    const { rows } = await api.deps.pool.query(
      `select set_config('duijie.actor', 'system:test', false),
         (select count(*)::int from notification_preferences where user_id = $1) as preferences,
         (select count(*)::int from saved_searches where user_id = $1) as searches`,
      [person.userId],
    );
    expect(rows[0]).toMatchObject({ preferences: 0, searches: 0 });
  });
});
