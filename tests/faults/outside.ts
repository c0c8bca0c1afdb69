import type pg from 'pg';
import { createDatabase } from '../../db/client.ts';
import type { UserActor } from '../../src/core/actor.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import type { FileStore } from '../../src/core/file-store.ts';
import { newId } from '../../src/core/ids.ts';
import type { Searcher } from '../../src/core/search-index.ts';
import { createWebhook } from '../../src/webhooks/service.ts';
import { Receiver } from '../setup/receiver.ts';
import { startSmtp } from '../setup/smtp.ts';
import { keysOf, type Oracle } from './oracles.ts';

/** Where what leaves Duijie arrives: a mail server and an endpoint, outside of the processes that are killed. */
export interface Outside {
  /** What the workers need to know to reach it. */
  environment: Record<string, string>;
  /** Gives an organization an endpoint, and one of its members an address that mail reaches. */
  join(pool: pg.Pool, organizationId: string, userId: string): Promise<void>;
  /** Each may come again, under the id that it came under before. */
  oracles(pool: pg.Pool): Oracle[];
  close(): Promise<void>;
}

export async function startOutside(): Promise<Outside> {
  const smtp = await startSmtp();
  const receiver = new Receiver();
  await receiver.start();
  return {
    environment: { SMTP_URL: smtp.url, WEBHOOK_ALLOW_PRIVATE: 'yes' },
    async join(pool, organizationId, userId) {
      await pool.query('update users set email_verified_at = now() where id = $1', [userId]);
      await createWebhook(adminCtx(pool, organizationId, userId), { url: receiver.url(`/${organizationId}`) }, terms);
    },
    oracles: (pool) => [
      {
        name: 'mail',
        mayRepeat: true,
        expected: () =>
          keysOf(
            pool,
            `select n.id as key from notifications n join users u on u.id = n.user_id
             where u.email_verified_at is not null`,
          ),
        seen: async () => smtp.taken.map((mail) => /^<(.+)@/.exec(mail.headers['message-id'] ?? '')?.[1] ?? ''),
      },
      {
        name: 'webhooks',
        mayRepeat: true,
        expected: () =>
          keysOf(
            pool,
            "select '/' || subject_id || ' msg_' || id as key from messages where type = 'organization.reinstated'",
          ),
        seen: async () => receiver.received.map(({ path, headers }) => `${path} ${headers['webhook-id']}`),
      },
    ],
    async close() {
      await receiver.close();
      await smtp.close();
    },
  };
}

const terms = { allowPrivate: true };

/** For verbs that an organization's administrator calls, outside of any process that is killed. */
export function adminCtx(pool: pg.Pool, organizationId: string, userId: string): Ctx {
  const quiet = () => undefined;
  const actor: UserActor = {
    kind: 'user',
    userId,
    administrator: false,
    emailVerified: true,
    locale: 'zh-CN',
    organizationId,
    organizationKind: 'enterprise',
    organizationStatus: 'verified',
    role: 'admin',
    marketIds: [],
    scopes: null,
  };
  return {
    actor,
    db: createDatabase(pool),
    clock: systemClock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    requestId: newId(),
    searchIndex: {} as Searcher,
    fileStore: {} as FileStore,
    wakeRelay: quiet,
  };
}
