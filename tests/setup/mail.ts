import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import type { MessageType, SubjectType } from '../../src/core/messages.ts';
import { emit } from '../../src/core/outbox.ts';
import { transaction } from '../../src/core/transaction.ts';
import type { MatchIndex } from '../../src/matches/service.ts';
import { createOutgoing } from '../../src/webhooks/service.ts';
import { createRegistry } from '../../workers/registry.ts';
import { type Outcome, runDelivery } from '../../workers/run-job.ts';
import { type Person, registerOrganization, startApi, type TestApi } from './api.ts';
import { startSmtp, type TestSmtpServer } from './smtp.ts';

export const publicUrl = 'https://market.example';
export const logLines: string[] = [];
export const registry = createRegistry({} as MatchIndex, createOutgoing({ allowPrivate: false }));

export let smtp: TestSmtpServer;
export let api: TestApi;
export let reader: Person;

/** An application that mails through a real server, and for each test a person whom mail reaches, at 10:00 in China. */
export function useMail(): void {
  beforeAll(async () => {
    smtp = await startSmtp({
      allowInsecureAuth: true,
      authOptional: false,
      onAuth: ({ username }, _session, done) => done(null, { user: username ?? '' }),
    });
    api = await startApi(
      {
        SMTP_URL: `smtp://duijie:Geheim-4711@127.0.0.1:${smtp.port}`,
        PUBLIC_URL: publicUrl,
        MAIL_FROM: '对接平台 <notices@market.example>',
      },
      { logLines },
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
}

/** To the next time that clocks in China show this. */
export function goTo(hours: number, minutes: number): void {
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
export async function settle(): Promise<void> {
  await api.deps.pool.query("update deliveries set status = 'done' where status = 'pending'");
}

export async function tell(type: MessageType, subjectType: SubjectType, subjectId: string): Promise<void> {
  const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
  await transaction(system, async (tx) => {
    await emit(tx, system, { type, subjectType, subjectId });
    return null;
  });
}

/** Ids of what is owed and due by the clock. */
export async function due(): Promise<string[]> {
  const { rows } = await api.deps.pool.query<{ id: string }>(
    "select id from deliveries where status = 'pending' and not_before <= $1 order by id",
    [api.clock.now()],
  );
  return rows.map((row) => row.id);
}

/** Runs every delivery that is due by the clock, and what these owe, until none is; returns what became of each run. */
export async function runDue(random: () => number = () => 0): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (;;) {
    const ids = await due();
    if (ids.length === 0) return outcomes;
    for (const id of ids) outcomes.push(await runDelivery(id, { deps: api.deps, registry, random }));
  }
}

/** Of the mails of the person's notices. */
export async function mailDeliveries(): Promise<{ status: string; attempts: number; last_error: string | null }[]> {
  const { rows } = await api.deps.pool.query(
    `select d.status, d.attempts, d.last_error from deliveries d join notifications n on n.id = d.target_id
     where n.user_id = $1 order by d.id`,
    [reader.userId],
  );
  return rows;
}

export async function insertNotice(
  type: MessageType,
  params: Record<string, string>,
  subjectType = 'match',
  id = newId(),
) {
  await api.deps.pool.query(
    `insert into notifications (id, message_id, user_id, organization_id, type, subject_type, subject_id, params, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, newId(), reader.userId, reader.organizationId, type, subjectType, newId(), params, api.clock.now()],
  );
}

export async function prefer(changes: object): Promise<void> {
  const answer = await reader.patch('/v1/notification-preferences', changes, { 'if-match': '*' });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

export async function tellVerified(): Promise<void> {
  await tell('organization.verified', 'organization', reader.organizationId);
}
