import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureAdministrator, mailFor, removeStaleCredentials } from '../../src/auth/service.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { type Answer, administrator, startApi, type TestApi } from '../setup/api.ts';

const password = 'a long passphrase';
const nowhere = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';

let api: TestApi;
let owner: pg.Client;

interface Send {
  token?: string;
  body?: object;
  headers?: Record<string, string>;
}

async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, send: Send = {}): Promise<Answer> {
  const caller = send.token === undefined ? api.anonymous : api.as(send.token);
  const url = `/v1${path}`;
  switch (method) {
    case 'GET':
      return await caller.get(url, send.headers);
    case 'POST':
      return await caller.post(url, send.body, send.headers);
    case 'PATCH':
      return await caller.patch(url, send.body, send.headers);
    case 'DELETE':
      return await caller.delete(url, send.body, send.headers);
  }
}

/** The answer that a request gets so much later; the clock stands as before afterwards. */
async function later(
  step: { hours?: number; minutes?: number; seconds?: number },
  act: () => Promise<Answer>,
): Promise<Answer> {
  const { hours = 0, minutes = 0, seconds = 0 } = step;
  api.clock.advance({ hours, minutes, seconds });
  const answer = await act();
  api.clock.advance({ hours: -hours, minutes: -minutes, seconds: -seconds });
  return answer;
}

async function rows(statement: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await owner.query(statement, values)).rows;
}

const tables = [
  'organizations',
  'users',
  'members',
  'sessions',
  'api_keys',
  'mail_tokens',
  'audit_entries',
  'messages',
];

/** How many rows there are in every table that a verb here writes to, and how many credentials are revoked. */
async function written(): Promise<unknown> {
  const counts = tables.map((table) => `(select count(*)::int from ${table}) as ${table}`);
  const revoked = ['sessions', 'api_keys'].map((t) => `(select count(revoked_at)::int from ${t}) as revoked_${t}`);
  const removed =
    '(select count(removed_at)::int from members) as removed, (select sum(version)::int from users) as versions';
  return (await rows(`select ${[...counts, ...revoked, removed].join(', ')}`))[0];
}

async function refused(expected: number, act: () => Promise<Answer>): Promise<Answer> {
  const before = await written();
  const answer = await act();
  expect(answer.status).toBe(expected);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(await written()).toEqual(before);
  return answer;
}

let counter = 0;
function newEmail(): string {
  counter += 1;
  return `person-${counter}@example.test`;
}

async function signIn(email: string, secret = password): Promise<string> {
  const answer = await call('POST', '/sessions', { body: { email, password: secret } });
  expect(answer.status).toBe(201);
  return answer.body.token;
}

async function register(kind: 'enterprise' | 'university' = 'enterprise', regionCode = '640302') {
  const email = newEmail();
  const answer = await call('POST', '/registrations', {
    body: { organization: { name: '某某科技有限公司', kind, regionCode }, user: { name: '王工', email, password } },
  });
  expect(answer.status).toBe(201);
  return {
    id: answer.body.organization.id as string,
    userId: answer.body.user.id as string,
    email,
    token: await signIn(email),
  };
}

async function addMember(token: string, organizationId: string, role: string) {
  const email = newEmail();
  const answer = await call('POST', `/organizations/${organizationId}/members`, {
    token,
    body: { name: '马丽', email, password, role },
  });
  expect(answer.status).toBe(201);
  return { id: answer.body.id as string, email, token: await signIn(email) };
}

function systemCtx(): Ctx {
  return api.deps.ctxFor({ kind: 'system', name: 'test' });
}

/** The secret of the mail that this message asks for. */
async function mailedToken(
  type: 'user.email_verification_requested' | 'user.password_reset_requested',
  userId: string,
) {
  const mail = await mailFor(systemCtx(), { type, subjectId: userId }, 'https://market.example');
  const token = /"token":"([^"]+)"/.exec(mail?.text ?? '')?.[1];
  if (token === undefined) throw new Error('there is no token in this mail');
  return token;
}

let rootToken: string;
let city: string;
let district: string;
let otherCity: string;
let bureau: string;
let director: Awaited<ReturnType<typeof addMember>>;
let broker: Awaited<ReturnType<typeof addMember>>;
let otherDirector: Awaited<ReturnType<typeof addMember>>;
let officer: Awaited<ReturnType<typeof addMember>>;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: api.deps.databaseUrl });
  await owner.connect();
  rootToken = await signIn(administrator.email, administrator.password);
  async function market(name: string, regionCode: string): Promise<string> {
    const answer = await call('POST', '/markets', { token: rootToken, body: { name, regionCode } });
    expect(answer.status).toBe(201);
    return answer.body.id;
  }
  city = await market('吴忠市科技大市场', '640300');
  district = await market('利通区科技大市场', '640302');
  otherCity = await market('银川市科技大市场', '640100');
  director = await addMember(rootToken, city, 'director');
  broker = await addMember(rootToken, city, 'broker');
  otherDirector = await addMember(rootToken, otherCity, 'director');
  const office = await call('POST', '/organizations', {
    token: rootToken,
    body: { kind: 'government', name: '吴忠市科学技术局', regionCode: '640300' },
  });
  bureau = office.body.id;
  officer = await addMember(rootToken, bureau, 'officer');
});

afterAll(async () => {
  await owner?.end();
  await api?.close();
});

describe('registration', () => {
  it('makes a pending organization and its first admin, records who did it, and asks for a mail', async () => {
    const email = newEmail();
    const answer = await call('POST', '/registrations', {
      body: {
        organization: {
          name: '宁夏某枸杞乳业有限公司',
          kind: 'enterprise',
          regionCode: '640302',
          contact: { name: '刘洋' },
        },
        user: { name: '刘洋', email: email.toUpperCase(), password, locale: 'en' },
      },
    });
    expect(answer.status).toBe(201);
    expect(answer.body.organization).toMatchObject({ status: 'pending', kind: 'enterprise', homeMarketId: district });
    expect(answer.body.user).toEqual({ id: expect.any(String), email, name: '刘洋', role: 'admin' });
    const { organization, user } = answer.body;
    expect(await rows('select role, organization_id from members where user_id = $1', user.id)).toEqual([
      { role: 'admin', organization_id: organization.id },
    ]);
    expect(await rows('select action, market_id from audit_entries where subject_id = $1', user.id)).toEqual([
      { action: 'user.register', market_id: district },
    ]);
    expect(
      await rows('select type from messages where subject_id in ($1, $2) order by type', organization.id, user.id),
    ).toEqual([{ type: 'organization.registered' }, { type: 'user.email_verification_requested' }]);
  });

  it('is refused for an address that has an account, in whatever capitals, and leaves nothing behind', async () => {
    const { email } = await register();
    const answer = await refused(409, () =>
      call('POST', '/registrations', {
        body: {
          organization: { name: '另一家公司', kind: 'university', regionCode: '640302' },
          user: { name: '别人', email: email.toUpperCase(), password },
        },
      }),
    );
    expect(answer.body.code).toBe('CONFLICT');
  });

  it.each(['market', 'government', 'peer'])('is refused for a %s', async (kind) => {
    const answer = await refused(422, () =>
      call('POST', '/registrations', {
        body: {
          organization: { name: '某市场', kind, regionCode: '640302' },
          user: { name: '甲', email: newEmail(), password },
        },
      }),
    );
    expect(answer.body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual(['/organization/kind']);
  });

  it('names every fault of the input', async () => {
    const answer = await refused(422, () =>
      call('POST', '/registrations', {
        body: {
          organization: { name: '某公司', kind: 'enterprise', regionCode: '64' },
          user: { name: ' ', email: 'no address', password: 'short', administrator: true },
        },
      }),
    );
    expect(new Set(answer.body.errors.map((fault: { pointer: string }) => fault.pointer))).toEqual(
      new Set(['/organization/regionCode', '/user/name', '/user/email', '/user/password', '/user/administrator']),
    );
  });

  it('happens once for one Idempotency-Key', async () => {
    const send = {
      headers: { 'idempotency-key': 'registration-1' },
      body: {
        organization: { name: '某某公司', kind: 'enterprise', regionCode: '640302' },
        user: { name: '甲', email: newEmail(), password },
      },
    };
    const [first, second] = await Promise.all([
      call('POST', '/registrations', send),
      call('POST', '/registrations', send),
    ]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body).toEqual(second.body);
  });

  it('of one address twice at once succeeds once', async () => {
    const body = {
      organization: { name: '某某公司', kind: 'enterprise', regionCode: '640302' },
      user: { name: '甲', email: newEmail(), password },
    };
    const answers = await Promise.all([
      call('POST', '/registrations', { body }),
      call('POST', '/registrations', { body }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
  });
});

describe('signing in', () => {
  it('answers with a token, the person and their organization', async () => {
    const { email, id, userId } = await register();
    const answer = await call('POST', '/sessions', { body: { email: email.toUpperCase(), password } });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      token: expect.stringMatching(/^ds_[A-Za-z0-9_-]{43}$/),
      expiresAt: '2026-11-30T02:00:00.000Z',
      user: {
        id: userId,
        name: '王工',
        email,
        role: 'admin',
        administrator: false,
        emailVerified: false,
        locale: 'zh-CN',
      },
      organization: expect.objectContaining({ id, status: 'pending' }),
    });
    expect(
      await rows(
        "select actor from audit_entries where action = 'session.open' and actor = $1 and actor_organization_id = $2",
        `user:${userId}`,
        id,
      ),
    ).not.toHaveLength(0);
  });

  it('stores nothing that signs in', async () => {
    const { token } = await register();
    const stored = await rows('select * from sessions');
    expect(JSON.stringify(stored)).not.toContain(token.slice(3));
  });

  it('tells a wrong password and an unknown address in the same words', async () => {
    const { email } = await register();
    const wrong = await call('POST', '/sessions', { body: { email, password: 'not this one' } });
    const unknown = await call('POST', '/sessions', { body: { email: newEmail(), password } });
    expect(wrong.status).toBe(401);
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
  });

  it.each(['known', 'unknown'])(
    'closes for a while after ten wrong passwords for an address that is %s',
    async (which) => {
      const email = which === 'known' ? (await register()).email : newEmail();
      const tries = await Promise.all(
        Array.from({ length: 14 }, () => call('POST', '/sessions', { body: { email, password: 'not this one' } })),
      );
      expect(tries.filter((answer) => answer.status === 401)).toHaveLength(10);
      expect(tries.filter((answer) => answer.status === 429)).toHaveLength(4);
      const right = await refused(429, () => call('POST', '/sessions', { body: { email, password } }));
      expect(right.body.code).toBe('LIMIT_EXCEEDED');
      expect(right.headers['retry-after']).toBe('900');
      const again = await later({ minutes: 15 }, () => call('POST', '/sessions', { body: { email, password } }));
      expect(again.status).toBe(which === 'known' ? 201 : 401);
    },
  );

  it('forgets wrong passwords once the right one is given', async () => {
    const { email } = await register();
    await call('POST', '/sessions', { body: { email, password: 'not this one' } });
    expect(await rows('select 1 from sign_in_failures where email = $1', email)).toHaveLength(1);
    await signIn(email);
    expect(await rows('select 1 from sign_in_failures where email = $1', email)).toHaveLength(0);
  });

  it('is possible many times at once', async () => {
    const { email } = await register();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('POST', '/sessions', { body: { email, password } })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
  });

  it('is still possible for an organization that was suspended', async () => {
    const { id, email } = await register('enterprise', '640300');
    const suspended = await call('POST', `/organizations/${id}/suspend`, {
      token: broker.token,
      body: { reason: '营业执照已注销' },
    });
    expect(suspended.status).toBe(200);
    const answer = await call('POST', '/sessions', { body: { email, password } });
    expect(answer.status).toBe(201);
    expect(answer.body.organization.status).toBe('suspended');
  });
});

describe('a session', () => {
  it('ends when its person signs out, and no other with it', async () => {
    const { email, token } = await register();
    const other = await signIn(email);
    expect((await call('DELETE', '/sessions/current', { token })).status).toBe(204);
    expect((await call('GET', '/me', { token })).status).toBe(401);
    expect((await call('GET', '/me', { token: other })).status).toBe(200);
  });

  it('ends after seven days', async () => {
    const { token } = await register();
    const inTime = await later({ hours: 7 * 24, seconds: -1 }, () => call('GET', '/me', { token }));
    const late = await later({ hours: 7 * 24 }, () => call('GET', '/me', { token }));
    expect([inTime.status, late.status]).toEqual([200, 401]);
  });

  it.each([`ds_${'A'.repeat(43)}`, `dk_${'A'.repeat(43)}`, 'nonsense'])(
    'that does not exist is refused on public routes too (%s)',
    async (token) => {
      expect((await call('GET', '/markets')).status).toBe(200);
      const headers = { authorization: `Bearer ${token}` };
      const answer = await api.app.inject({ method: 'GET', url: '/v1/markets', headers });
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );
});

describe('me', () => {
  it('shows who I am and for whom', async () => {
    const { id, userId, token } = await register();
    const answer = await call('GET', '/me', { token });
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.body).toMatchObject({
      id: userId,
      user: { role: 'admin' },
      organization: { id },
      territory: [],
      scopes: null,
    });
  });

  it('shows a director their market and all below it', async () => {
    const answer = await call('GET', '/me', { token: director.token });
    expect(new Set(answer.body.territory)).toEqual(new Set([city, district]));
  });

  it('shows the administrator without an organization', async () => {
    const answer = await call('GET', '/me', { token: rootToken });
    expect(answer.body).toMatchObject({
      user: { administrator: true, role: null, emailVerified: true },
      organization: null,
    });
  });

  it('is for those who are signed in', async () => {
    await refused(401, () => call('GET', '/me'));
    await refused(401, () => call('GET', '/me/export'));
    await refused(401, () => call('PATCH', '/me', { body: { locale: 'en' } }));
    await refused(401, () => call('DELETE', '/me', { body: { password } }));
    await refused(401, () => call('DELETE', '/sessions/current'));
  });

  it('changes with the version that I read, once', async () => {
    const { token, userId } = await register();
    await refused(428, () => call('PATCH', '/me', { token, body: { locale: 'en' } }));
    await refused(422, () =>
      call('PATCH', '/me', { token, body: { email: 'x@example.test' }, headers: { 'if-match': '"1"' } }),
    );
    const answer = await call('PATCH', '/me', {
      token,
      body: { name: '刘 洋', locale: 'en' },
      headers: { 'if-match': '"1"' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ version: 2, user: { name: '刘 洋', locale: 'en' } });
    await refused(412, () => call('PATCH', '/me', { token, body: { name: '刘洋' }, headers: { 'if-match': '"1"' } }));
    expect(
      await rows("select details from audit_entries where action = 'user.update' and subject_id = $1", userId),
    ).toEqual([{ details: { fields: ['name', 'locale'] } }]);
  });
});

describe('members', () => {
  const newMember = (role: string) => ({ name: '赵敏', email: newEmail(), password, role });

  it('of a market are added by the administrator and by directors of it or above', async () => {
    for (const token of [rootToken, director.token]) {
      const body = newMember('broker');
      const answer = await call('POST', `/organizations/${district}/members`, { token, body });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ id: expect.any(String), name: body.name, email: body.email, role: 'broker' });
      expect(
        await rows('select action, market_id, details from audit_entries where subject_id = $1', answer.body.id),
      ).toEqual([{ action: 'member.add', market_id: district, details: { organizationId: district, role: 'broker' } }]);
      expect(await rows('select type from messages where subject_id = $1', answer.body.id)).toEqual([
        { type: 'user.email_verification_requested' },
      ]);
    }
  });

  it('of a bureau are added by a director of its territory', async () => {
    const body = newMember('officer');
    expect((await call('POST', `/organizations/${bureau}/members`, { token: director.token, body })).status).toBe(201);
  });

  it('of an enterprise are added by its admin, who adds admins and members', async () => {
    const { id, token } = await register();
    for (const role of ['admin', 'member']) {
      expect((await call('POST', `/organizations/${id}/members`, { token, body: newMember(role) })).status).toBe(201);
    }
  });

  it('are added by nobody else, and what one may not see answers as an unknown id does', async () => {
    const company = await register();
    const stranger = await register('university');
    const member = await addMember(company.token, company.id, 'member');
    const unknown = await call('POST', `/organizations/${nowhere}/members`, {
      token: stranger.token,
      body: newMember('member'),
    });
    expect(unknown.status).toBe(404);
    const denied: [string | undefined, string, string, number][] = [
      [undefined, company.id, 'member', 401],
      [member.token, company.id, 'member', 403],
      [rootToken, company.id, 'member', 403],
      [stranger.token, company.id, 'member', 404],
      [otherDirector.token, company.id, 'member', 404],
      [broker.token, city, 'broker', 403],
      [otherDirector.token, city, 'broker', 404],
      [officer.token, city, 'broker', 404],
      [company.token, city, 'broker', 404],
      [officer.token, bureau, 'officer', 403],
      [broker.token, bureau, 'officer', 403],
    ];
    for (const [token, id, role, status] of denied) {
      const answer = await refused(status, () =>
        call('POST', `/organizations/${id}/members`, { ...(token ? { token } : {}), body: newMember(role) }),
      );
      if (status === 404) expect({ ...answer.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    }
  });

  it('have a role of their kind of organization', async () => {
    const company = await register();
    for (const [token, id, role] of [
      [company.token, company.id, 'broker'],
      [rootToken, city, 'admin'],
      [rootToken, bureau, 'director'],
    ] as const) {
      const answer = await refused(422, () =>
        call('POST', `/organizations/${id}/members`, { token, body: newMember(role) }),
      );
      expect(answer.body.errors[0].pointer).toBe('/role');
    }
  });

  it('have one account per address', async () => {
    const company = await register();
    await refused(409, () =>
      call('POST', `/organizations/${company.id}/members`, {
        token: company.token,
        body: { ...newMember('member'), email: broker.email },
      }),
    );
  });

  it('are listed page by page for their admins, their directors and the administrator', async () => {
    const company = await register();
    const second = await addMember(company.token, company.id, 'member');
    const third = await addMember(company.token, company.id, 'admin');
    const path = `/organizations/${company.id}/members`;
    const first = await call('GET', `${path}?limit=2`, { token: company.token });
    expect(first.body.items.map((item: { id: string }) => item.id)).toEqual([company.userId, second.id]);
    const next = await call('GET', `${path}?limit=2&cursor=${first.body.nextCursor}`, { token: company.token });
    expect(next.body).toMatchObject({ items: [{ id: third.id, role: 'admin' }], nextCursor: null });
    for (const token of [director.token, rootToken])
      expect((await call('GET', path, { token })).body.items).toHaveLength(3);
    await refused(403, () => call('GET', path, { token: second.token }));
    await refused(403, () => call('GET', path, { token: broker.token }));
    await refused(404, () => call('GET', path, { token: otherDirector.token }));
    await refused(404, () => call('GET', `/organizations/${nowhere}/members`, { token: rootToken }));
  });

  it('who are removed are out at once, with their sessions and keys', async () => {
    const company = await register();
    const member = await addMember(company.token, company.id, 'member');
    const { body } = await call('POST', '/api-keys', { token: member.token, body: { name: '同步', scopes: ['read'] } });
    const path = `/organizations/${company.id}/members/${member.id}`;
    await refused(403, () => call('DELETE', path, { token: member.token }));
    await refused(404, () => call('DELETE', path, { token: otherDirector.token }));
    expect((await call('DELETE', path, { token: company.token })).status).toBe(204);
    expect((await call('GET', '/me', { token: member.token })).status).toBe(401);
    expect((await call('GET', '/me', { token: body.key })).status).toBe(401);
    await refused(404, () => call('DELETE', path, { token: company.token }));
    expect(
      await rows("select 1 from audit_entries where action = 'member.remove' and subject_id = $1", member.id),
    ).toHaveLength(1);
    const alone = await call('POST', '/sessions', { body: { email: member.email, password } });
    expect(alone.body).toMatchObject({ user: { role: null }, organization: null });
  });

  it('keep their last admin', async () => {
    const company = await register();
    await addMember(company.token, company.id, 'member');
    await refused(409, () =>
      call('DELETE', `/organizations/${company.id}/members/${company.userId}`, { token: company.token }),
    );
  });

  it('keep one admin when two remove each other at once', async () => {
    const company = await register();
    const other = await addMember(company.token, company.id, 'admin');
    const path = `/organizations/${company.id}/members`;
    const answers = await Promise.all([
      call('DELETE', `${path}/${company.userId}`, { token: other.token }),
      call('DELETE', `${path}/${other.id}`, { token: company.token }),
    ]);
    const [removed, refused] = answers.map((answer) => answer.status).sort();
    expect(removed).toBe(204);
    // 401 where the first has ended the second's session before that was read.
    expect([401, 409]).toContain(refused);
  });
});

describe('API keys', () => {
  it('are shown once, act for their person within their scopes, and are stored as a hash', async () => {
    const company = await register();
    const created = await call('POST', '/api-keys', {
      token: company.token,
      body: { name: '科研管理系统', scopes: ['read'], expiresAt: '2026-12-01T00:00:00Z' },
    });
    expect(created.status).toBe(201);
    const { key, ...view } = created.body;
    expect(key).toMatch(/^dk_[A-Za-z0-9_-]{43}$/);
    expect(view).toEqual({
      id: expect.any(String),
      name: '科研管理系统',
      prefix: key.slice(0, 11),
      scopes: ['read'],
      expiresAt: '2026-12-01T00:00:00.000Z',
      createdAt: '2026-11-23T02:00:00.000Z',
    });
    expect((await call('GET', '/api-keys', { token: company.token })).body).toEqual({
      items: [view],
      nextCursor: null,
    });
    expect((await call('GET', '/me', { token: key })).body).toMatchObject({ id: company.userId, scopes: ['read'] });
    expect(JSON.stringify(await rows('select * from api_keys'))).not.toContain(key.slice(11));
    expect(await rows('select action, details from audit_entries where subject_id = $1', view.id)).toEqual([
      { action: 'api_key.create', details: { scopes: ['read'] } },
    ]);
  });

  it('cannot do what their scopes leave out, nor make keys, sign out or erase', async () => {
    const company = await register();
    const { body } = await call('POST', '/api-keys', {
      token: company.token,
      body: { name: '只读', scopes: ['read'] },
    });
    const token = body.key;
    const member = { name: '甲', email: newEmail(), password, role: 'member' };
    await refused(403, () => call('POST', `/organizations/${company.id}/members`, { token, body: member }));
    await refused(403, () => call('POST', '/api-keys', { token, body: { name: '更多', scopes: ['records:write'] } }));
    await refused(403, () => call('GET', '/api-keys', { token }));
    await refused(403, () => call('DELETE', '/sessions/current', { token }));
    await refused(403, () => call('DELETE', '/me', { token, body: { password } }));
    await refused(403, () => call('GET', '/me/export', { token }));
  });

  it('end when they are revoked by their person, and by nobody else', async () => {
    const company = await register();
    const { body } = await call('POST', '/api-keys', {
      token: company.token,
      body: { name: '同步', scopes: ['read'] },
    });
    await refused(404, () => call('DELETE', `/api-keys/${body.id}`, { token: rootToken }));
    expect((await call('DELETE', `/api-keys/${body.id}`, { token: company.token })).status).toBe(204);
    expect((await call('GET', '/me', { token: body.key })).status).toBe(401);
    await refused(404, () => call('DELETE', `/api-keys/${body.id}`, { token: company.token }));
    await refused(404, () => call('DELETE', `/api-keys/${nowhere}`, { token: company.token }));
    expect((await call('GET', '/api-keys', { token: company.token })).body.items).toEqual([]);
  });

  it('end when they expire', async () => {
    const company = await register();
    const send = { token: company.token, body: { name: '短期', scopes: ['read'], expiresAt: '2026-11-23T03:00:00Z' } };
    const { body } = await call('POST', '/api-keys', send);
    const late = await later({ hours: 1 }, () => call('GET', '/me', { token: body.key }));
    expect([(await call('GET', '/me', { token: body.key })).status, late.status]).toEqual([200, 401]);
  });

  it('want a known scope and an expiry to come', async () => {
    const { token } = await register();
    const bad = await refused(422, () =>
      call('POST', '/api-keys', { token, body: { name: '钥匙', scopes: ['everything'] } }),
    );
    expect(bad.body.errors[0].pointer).toBe('/scopes/0');
    const past = await refused(422, () =>
      call('POST', '/api-keys', { token, body: { name: '钥匙', scopes: ['read'], expiresAt: '2026-11-23T02:00:00Z' } }),
    );
    expect(past.body.errors[0].pointer).toBe('/expiresAt');
  });

  it('are twenty at most, also when more are asked for at once', async () => {
    const { token } = await register();
    const answers = await Promise.all(
      Array.from({ length: 22 }, (_, n) =>
        call('POST', '/api-keys', { token, body: { name: `钥匙 ${n}`, scopes: ['read'] } }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(20);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(2);
  });
});

describe('e-mail verification', () => {
  it('takes the token from the mail, once', async () => {
    const { userId, token } = await register();
    const secret = await mailedToken('user.email_verification_requested', userId);
    const answers = await Promise.all([
      call('POST', '/email-verifications/confirm', { body: { token: secret } }),
      call('POST', '/email-verifications/confirm', { body: { token: secret } }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422]);
    expect((await call('GET', '/me', { token })).body.user.emailVerified).toBe(true);
    expect(
      await rows("select 1 from audit_entries where action = 'user.verify_email' and subject_id = $1", userId),
    ).toHaveLength(1);
    expect(
      await mailFor(
        systemCtx(),
        { type: 'user.email_verification_requested', subjectId: userId },
        'https://market.example',
      ),
    ).toBeNull();
    const again = await refused(409, () => call('POST', '/email-verifications', { token }));
    expect(again.body).toMatchObject({ code: 'INVALID_STATE', state: 'verified' });
  });

  it('is asked for anew with a message, but not more than five mails an hour', async () => {
    const { userId, token } = await register();
    for (let mails = 0; mails < 5; mails += 1) {
      expect((await call('POST', '/email-verifications', { token })).status).toBe(202);
      await mailedToken('user.email_verification_requested', userId);
    }
    expect(
      await rows("select 1 from messages where type = 'user.email_verification_requested' and subject_id = $1", userId),
    ).toHaveLength(6);
    const answer = await refused(429, () => call('POST', '/email-verifications', { token }));
    expect(answer.headers['retry-after']).toBe('3600');
  });

  it('does not take a token that is unknown, too old, or for something else', async () => {
    const { userId } = await register();
    const confirm = (token: string) => call('POST', '/email-verifications/confirm', { body: { token } });
    const answer = await refused(422, () => confirm('never-issued'));
    expect(answer.body.errors[0].pointer).toBe('/token');
    const reset = await mailedToken('user.password_reset_requested', userId);
    await refused(422, () => confirm(reset));
    const secret = await mailedToken('user.email_verification_requested', userId);
    await refused(422, () => later({ hours: 72 }, () => confirm(secret)));
  });

  it('is asked for by those who are signed in', async () => {
    await refused(401, () => call('POST', '/email-verifications'));
  });
});

describe('password reset', () => {
  it('answers the same for every address and writes a message for those with an account', async () => {
    const { email, userId } = await register();
    const known = await call('POST', '/password-resets', { body: { email: email.toUpperCase() } });
    const before = await written();
    const unknown = await call('POST', '/password-resets', { body: { email: newEmail() } });
    expect(await written()).toEqual(before);
    expect([known.status, unknown.status]).toEqual([202, 202]);
    expect(known.body).toEqual(unknown.body);
    expect(
      await rows("select 1 from messages where type = 'user.password_reset_requested' and subject_id = $1", userId),
    ).toHaveLength(1);
  });

  it('sets the new password once, ends all sessions and opens a closed account', async () => {
    const { email, userId, token } = await register();
    await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '/sessions', { body: { email, password: 'not this one' } })),
    );
    const secret = await mailedToken('user.password_reset_requested', userId);
    const body = { token: secret, password: 'another passphrase' };
    const answers = await Promise.all([
      call('POST', '/password-resets/confirm', { body }),
      call('POST', '/password-resets/confirm', { body }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422]);
    expect((await call('GET', '/me', { token })).status).toBe(401);
    expect((await call('POST', '/sessions', { body: { email, password } })).status).toBe(401);
    const fresh = await signIn(email, 'another passphrase');
    expect((await call('GET', '/me', { token: fresh })).body.user.emailVerified).toBe(true);
    expect(
      await rows("select 1 from audit_entries where action = 'user.reset_password' and subject_id = $1", userId),
    ).toHaveLength(1);
  });

  it('does not take a token that is unknown or too old, nor a short password', async () => {
    const { userId } = await register();
    const secret = await mailedToken('user.password_reset_requested', userId);
    const confirm = (token: string, next: string) =>
      call('POST', '/password-resets/confirm', { body: { token, password: next } });
    await refused(422, () => confirm('never-issued', 'another passphrase'));
    await refused(422, () => confirm(secret, 'short'));
    await refused(422, () => later({ hours: 1 }, () => confirm(secret, 'another passphrase')));
  });

  it('is mailed in the language of the person', async () => {
    const { userId, token, email } = await register();
    await call('PATCH', '/me', { token, body: { locale: 'en' }, headers: { 'if-match': '"1"' } });
    const message = { type: 'user.password_reset_requested', subjectId: userId } as const;
    const mail = await mailFor(systemCtx(), message, 'https://market.example');
    expect(mail).toMatchObject({ to: email, subject: 'Duijie: reset your password' });
    expect(await rows('select * from mail_tokens where token_hash = $1', mail?.text ?? '')).toEqual([]);
  });
});

describe('personal data', () => {
  it('are exported whole, without a secret', async () => {
    const { id, userId, token, email } = await register();
    await call('POST', '/api-keys', { token, body: { name: '同步', scopes: ['read'] } });
    const answer = await call('GET', '/me/export', { token });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      user: { id: userId, email, name: '王工' },
      memberships: [{ organizationId: id, role: 'admin', removedAt: null }],
      sessions: [{ revokedAt: null }],
      apiKeys: [{ name: '同步', revokedAt: null }],
    });
    expect(answer.body.acts.map((act: { action: string }) => act.action)).toEqual(['session.open', 'api_key.create']);
    expect(JSON.stringify(answer.body)).not.toMatch(/argon2|hash/i);
  });

  it('are erased with the password: the pseudonym stays, nothing signs in, the address is free', async () => {
    const { userId, token, email } = await register();
    const { body } = await call('POST', '/api-keys', { token, body: { name: '同步', scopes: ['read'] } });
    const wrong = await refused(422, () => call('DELETE', '/me', { token, body: { password: 'not this one' } }));
    expect(wrong.body.errors[0].pointer).toBe('/password');
    expect((await call('DELETE', '/me', { token, body: { password } })).status).toBe(204);
    for (const used of [token, body.key]) expect((await call('GET', '/me', { token: used })).status).toBe(401);
    expect((await call('POST', '/sessions', { body: { email, password } })).status).toBe(401);
    const [row] = await rows('select * from users where id = $1', userId);
    expect(row).toMatchObject({ email: `${userId}@erased.invalid`, password_hash: null, erased_at: api.clock.now() });
    expect(JSON.stringify(row)).not.toContain('王工');
    expect(await rows('select 1 from members where user_id = $1 and removed_at is null', userId)).toEqual([]);
    expect(
      await rows("select 1 from audit_entries where action = 'user.erase' and subject_id = $1", userId),
    ).toHaveLength(1);
    expect(await mailFor(systemCtx(), { type: 'user.password_reset_requested', subjectId: userId }, '')).toBeNull();
    const again = await call('POST', '/registrations', {
      body: {
        organization: { name: '某某科技有限公司', kind: 'enterprise', regionCode: '640302' },
        user: { name: '王工', email, password },
      },
    });
    expect(again.status).toBe(201);
  });

  it('of the last admin of a verified organization with other members stay until there is another', async () => {
    const company = await register('enterprise', '640300');
    await addMember(company.token, company.id, 'member');
    expect((await call('POST', `/organizations/${company.id}/verify`, { token: broker.token })).status).toBe(200);
    await refused(409, () => call('DELETE', '/me', { token: company.token, body: { password } }));
    await addMember(company.token, company.id, 'admin');
    expect((await call('DELETE', '/me', { token: company.token, body: { password } })).status).toBe(204);
  });

  it('of the administrator stay', async () => {
    await refused(409, () => call('DELETE', '/me', { token: rootToken, body: { password: administrator.password } }));
  });
});

describe('the administrator of the configuration', () => {
  it('is made once by many processes at once, and a start that changes nothing writes nothing', async () => {
    const account = { email: 'Second@duijie.example', password };
    await Promise.all(Array.from({ length: 3 }, () => ensureAdministrator(systemCtx(), account)));
    expect(await rows("select administrator from users where email = 'second@duijie.example'")).toEqual([
      { administrator: true },
    ]);
    const before = await written();
    await ensureAdministrator(systemCtx(), account);
    expect(await written()).toEqual(before);
  });

  it('gets the new password, and whoever held the old one is out', async () => {
    const email = 'third@duijie.example';
    await ensureAdministrator(systemCtx(), { email, password });
    const token = await signIn(email);
    await ensureAdministrator(systemCtx(), { email, password: 'another passphrase' });
    expect((await call('GET', '/me', { token })).status).toBe(401);
    expect((await call('POST', '/sessions', { body: { email, password } })).status).toBe(401);
    await signIn(email, 'another passphrase');
  });

  it('takes over an account that somebody registered under that address', async () => {
    const { email, token } = await register();
    await ensureAdministrator(systemCtx(), { email, password: 'another passphrase' });
    expect((await call('GET', '/me', { token })).status).toBe(401);
    const fresh = await signIn(email, 'another passphrase');
    expect((await call('GET', '/me', { token: fresh })).body.user.administrator).toBe(true);
  });
});

it('housekeeping removes what no longer decides anything and nothing else', async () => {
  const { userId, email, token } = await register();
  await call('POST', '/sessions', { body: { email: newEmail(), password } });
  await mailedToken('user.password_reset_requested', userId);
  api.clock.advance({ hours: 2 });
  await removeStaleCredentials(systemCtx());
  expect(await rows('select 1 from sign_in_failures')).toEqual([]);
  expect(await rows("select 1 from mail_tokens where purpose = 'reset_password'")).toEqual([]);
  expect((await call('GET', '/me', { token })).body.user.email).toBe(email);
});
