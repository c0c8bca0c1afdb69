import type pg from 'pg';
import { createPool } from '../../db/client.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { newId } from '../../src/core/ids.ts';
import { emit } from '../../src/core/outbox.ts';
import { transaction } from '../../src/core/transaction.ts';
import { createWebhook } from '../../src/webhooks/service.ts';
import { Program } from '../journeys/program.ts';
import { Receiver } from '../setup/receiver.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, keysOf, type Oracle } from './oracles.ts';
import { adminCtx } from './outside.ts';

/** An organization's administrator, whose context may make and replay what its endpoints are sent. */
export interface Tenant {
  organizationId: string;
  ctx: Ctx;
}

/** A worker process, and a server outside of it whose paths are endpoints. */
export interface EndpointGround {
  pool: pg.Pool;
  receiver: Receiver;
  tenants(count: number): Promise<Tenant[]>;
  /** @returns its id */
  endpoint(tenant: Tenant, path: string): Promise<string>;
}

export async function onEndpoints(
  run: FaultRun,
  work: (ground: EndpointGround) => Promise<FaultReport>,
): Promise<FaultReport> {
  const { databaseUrl, redisUrl, tell = () => undefined } = run;
  const redis: Record<string, string> = redisUrl === null ? {} : { REDIS_URL: redisUrl };
  const worker = new Program({ DATABASE_URL: databaseUrl, WEBHOOK_ALLOW_PRIVATE: 'yes', ...redis }, 'main');
  const pool = createPool(databaseUrl, () => undefined);
  const receiver = new Receiver();
  await receiver.start();
  try {
    await worker.start();
    return await work({
      pool,
      receiver,
      tenants: (count) => furnish(pool, count),
      endpoint: async ({ ctx }, path) =>
        (await createWebhook(ctx, { url: receiver.url(path) }, { allowPrivate: true })).id,
    });
  } catch (error) {
    tell(worker.output);
    throw error;
  } finally {
    await receiver.close();
    await worker.remove();
    await pool.end();
  }
}

async function furnish(pool: pg.Pool, count: number): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (let at = 0; at < count; at += 1) {
    const [organizationId, userId] = [newId(), newId()];
    await pool.query(
      `insert into organizations (id, kind, name, status, region_code, created_at, updated_at)
       values ($1, 'enterprise', '企业', 'verified', '640302', now(), now())`,
      [organizationId],
    );
    await pool.query(
      `insert into users (id, email, name, created_at, updated_at)
       values ($1::uuid, $1::uuid || '@people.example', '某人', now(), now())`,
      [userId],
    );
    await pool.query(
      `insert into members (id, organization_id, user_id, role, created_at)
       values (gen_random_uuid(), $1, $2, 'admin', now())`,
      [organizationId, userId],
    );
    tenants.push({ organizationId, ctx: adminCtx(pool, organizationId, userId) });
  }
  return tenants;
}

/** Commits a fact that all endpoints of an organization are told. @returns the value of webhook-id */
export async function tellEndpoints({ ctx, organizationId }: Tenant): Promise<string> {
  const fact = {
    type: 'organization.reinstated',
    subjectType: 'organization',
    subjectId: organizationId,
  } as const;
  const [id] = await transaction(ctx, (tx) => emit(tx, ctx, fact));
  return `msg_${id}`;
}

/** What waits for its next try, all or one delivery, is due now: as if the clock had been moved. */
export async function skipPauses(pool: pg.Pool, deliveryId: string | null = null): Promise<void> {
  await pool.query(
    `update deliveries set not_before = now() where handler = 'deliver-webhook' and status = 'pending'
     and not_before > now() and ($1::uuid is null or id = $1)`,
    [deliveryId],
  );
}

/** Every endpoint that is not turned off has every message of its organization, any number of times under one id. */
export function endpointOracle(pool: pg.Pool, receiver: Receiver): Oracle {
  return {
    name: 'webhooks',
    mayRepeat: true,
    expected: () =>
      keysOf(
        pool,
        `select regexp_replace(w.url, '^http://[^/]+', '') || ' msg_' || m.id as key
         from messages m join webhooks w on w.organization_id = m.subject_id
         where m.type = 'organization.reinstated'`,
      ),
    seen: async () => receiver.received.map(({ path, headers }) => `${path} ${headers['webhook-id']}`),
  };
}
