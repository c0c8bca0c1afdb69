import { mailFor } from '../../src/auth/service.ts';
import { roles } from '../contract/access/row.ts';
import { accessRows } from '../contract/access-rows.ts';
import type { Subjects } from '../contract/access-subjects.ts';
import { addMember, type Person, registerOrganization } from '../setup/api.ts';
import { restrictionInput } from '../setup/restrictions.ts';
import type { Target } from './ground.ts';
import type { FuzzRow } from './requests.ts';

/** What uses up its caller, or needs a secret from a mail: by persons who are made for it. */
const ownRows: Record<string, (subjects: Subjects) => Promise<Target>> = {
  'DELETE /v1/me': async (subjects) => {
    const { token } = await newPerson(subjects);
    return { url: '/v1/me', body: { password: 'a long enough password' }, token };
  },
  'DELETE /v1/api-keys/{id}': async (subjects) => {
    const person = await newPerson(subjects);
    const { body } = await person.post('/v1/api-keys', { name: '一把钥匙', scopes: ['read'] });
    return { url: `/v1/api-keys/${body.id}`, token: person.token };
  },
  'POST /v1/api-keys': async (subjects) => {
    const { token } = await newPerson(subjects);
    return { url: '/v1/api-keys', body: { name: '科研管理系统', scopes: ['read'] }, token };
  },
  'POST /v1/email-verifications/confirm': async (subjects) => {
    const { userId } = await newPerson(subjects);
    const token = await mailedToken(subjects, 'user.email_verification_requested', userId);
    return { url: '/v1/email-verifications/confirm', body: { token } };
  },
  'POST /v1/password-resets/confirm': async (subjects) => {
    const { userId, session } = await newPerson(subjects);
    await subjects.api.anonymous.post('/v1/password-resets', { email: session.user.email });
    const token = await mailedToken(subjects, 'user.password_reset_requested', userId);
    return { url: '/v1/password-resets/confirm', body: { token, password: 'another long password' } };
  },
  // Who has imposed it judges no appeal against it: an officer does the one and the administrator the other.
  'POST /v1/restrictions/{id}/decide': async (subjects) => {
    const { admin } = subjects.world;
    const government = { kind: 'government', name: '红寺堡区科学技术局', regionCode: '640303' };
    const { body: bureau } = await admin.post('/v1/organizations', government);
    const officer = await addMember(subjects.api, admin, bureau.id, 'officer');
    const person = await newPerson(subjects);
    const imposed = { organizationId: person.organizationId, ...restrictionInput };
    const { id } = (await officer.post('/v1/restrictions', imposed)).body;
    await person.post(`/v1/restrictions/${id}/appeal`, { grounds: '我单位并不知情' });
    return { url: `/v1/restrictions/${id}/decide`, body: { outcome: 'upheld', reason: '维持' }, token: admin.token };
  },
};

async function newPerson({ api }: Subjects): Promise<Person> {
  return await registerOrganization(api, 'enterprise', '640303', '红寺堡某新公司');
}

async function mailedToken(
  { api }: Subjects,
  type: 'user.email_verification_requested' | 'user.password_reset_requested',
  subjectId: string,
): Promise<string> {
  const system = api.deps.ctxFor({ kind: 'system', name: 'fuzz' });
  const mail = await mailFor(system, { type, subjectId }, 'https://market.example');
  const token = /"token":"([^"]+)"/.exec(mail?.text ?? '')?.[1];
  if (token === undefined) throw new Error('there is no token in this mail');
  return token;
}

/** Right requests by operation: those of the access matrix, whose answers say who makes them in vain, and our own. */
export function rowsByOperation(): Map<string, FuzzRow[]> {
  const rows = new Map<string, FuzzRow[]>();
  const add = (row: FuzzRow) => {
    const operation = row.name.replace(/ \(.*\)$/, '');
    rows.set(operation, [...(rows.get(operation) ?? []), row]);
  };
  for (const [name, request] of Object.entries(ownRows)) {
    add({ name: `${name} (made for it)`, request, able: ['its own'] });
  }
  for (const [name, { answers, request, endsSession }] of Object.entries(accessRows)) {
    const statuses = answers.split(' ').map(Number);
    const able = roles.filter((_role, at) => (statuses[at] ?? 500) < 300);
    add({ name, request, able, ...(endsSession === true ? { endsSession } : {}) });
  }
  return rows;
}
