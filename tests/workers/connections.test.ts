import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { queueNames } from '../../workers/queues.ts';
import type { Registry } from '../../workers/registry.ts';
import { createProxy } from '../setup/proxy.ts';
import { asOwner, createHarness, effectHandler, type Harness } from './harness.ts';

const enough = { timeout: 20_000, interval: 20 };
let harness: Harness;

beforeEach(async () => {
  harness = await createHarness(null);
});
afterEach(() => harness.close());

describe('a process whose queue is PostgreSQL', () => {
  it('holds at most 25 connections under load', async () => {
    const handler = effectHandler();
    const registry = { notify: handler, 'rehome-records': { ...handler, queue: 'duijie-matching' as const } };
    await harness.start({ registry, scheduledJobs: { tick: { everyMs: 30_000, run: async () => undefined } } }).ready;
    const sent = Array.from({ length: 150 }, (_, at) =>
      harness.send(at % 2 === 0 ? 'organization.verified' : 'market.created'),
    );
    const held: number[] = [];
    const watching = vi.waitFor(async () => {
      held.push(await connections());
      expect(Object.keys(await harness.effects())).toHaveLength(150);
    }, enough);
    await Promise.all([...sent, watching]);
    expect(Math.max(...held)).toBeGreaterThan(3);
    expect(Math.max(...held)).toBeLessThanOrEqual(25);
  });

  it('opens all its queues without a warning of the runtime', async () => {
    const warnings: Error[] = [];
    const collect = (warning: Error) => void warnings.push(warning);
    process.on('warning', collect);
    const names = ['notify', 'rehome-records', 'send-email', 'deliver-webhook', 'refresh-matches'];
    const queues = Object.values(queueNames);
    const registry = Object.fromEntries(names.map((name, at) => [name, { ...effectHandler(), queue: queues[at] }]));
    await harness.start({ registry: registry as Registry }).ready;
    await vi.waitFor(async () => expect(await connections()).toBeGreaterThanOrEqual(queues.length), enough);
    process.off('warning', collect);
    expect(warnings).toEqual([]);
  });

  it('goes on when all its connections were cut', async () => {
    await harness.start().ready;
    const before = await harness.send();
    await vi.waitFor(async () => expect(await harness.effects()).toEqual({ [before]: 1 }), enough);
    await asOwner(
      harness.databaseUrl,
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const after = await vi.waitFor(() => harness.send(), enough);
    await vi.waitFor(async () => expect((await harness.effects())[after]).toBe(1), enough);
  });

  it('survives a database that is away, warns of it once, and goes on when it is back', async () => {
    const url = new URL(harness.databaseUrl);
    const proxy = await createProxy(Number(url.port));
    url.port = String(proxy.port);
    const remote = harness.anotherProcess(url.href);
    const workers = harness.start({}, remote);
    await workers.ready;
    const before = await harness.send();
    await vi.waitFor(async () => expect(await harness.effects()).toEqual({ [before]: 1 }), enough);
    await proxy.shut();
    const during = await harness.send();
    const relayWarnings = () =>
      harness.lines.filter((line) => line.message.startsWith('publishing deliveries does not'));
    await vi.waitFor(() => expect(relayWarnings()).toHaveLength(1), enough);
    expect(await harness.delivery(during)).toMatchObject({ status: 'pending' });
    await proxy.open();
    await vi.waitFor(async () => expect((await harness.effects())[during]).toBe(1), enough);
    expect(relayWarnings()).toHaveLength(1);
    await workers.close();
    await proxy.shut();
  });
});

/** Of the harness's database, without the one that counts. */
async function connections(): Promise<number> {
  const rows = await asOwner(
    harness.databaseUrl,
    'select count(*)::int as held from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  return Number(rows[0]?.held);
}
