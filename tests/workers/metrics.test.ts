import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
import { createMetrics } from '../../src/metrics.ts';
import { runDeliveries } from '../../workers/run-job.ts';
import { serveMetrics } from '../../workers/serve-metrics.ts';
import { createHarness, effectHandler, type Harness } from './harness.ts';

const searchEngines = { postgres: { name: 'postgres' }, meilisearch: null };
let harness: Harness;

beforeEach(async () => {
  harness = await createHarness(null);
});
afterEach(() => harness.close());

/** The samples of our own names, without those that are 0. */
function samplesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('duijie_') && !line.endsWith(' 0'));
}

describe('the metrics of a process', () => {
  it('count what it delivered, tried in vain and gave up, and show what is owed, since when, and dead, and which index is not filled', async () => {
    const metrics = createMetrics({ ...harness.deps, searchEngines });
    const [dead, done, owed, failing] = [
      await harness.send(),
      await harness.send(),
      await harness.send(),
      await harness.send(),
    ];
    const fails = effectHandler(({ deliveryId }) => {
      if (deliveryId !== done) throw new Error('boom');
    });
    const options = { deps: { ...harness.deps, metrics }, registry: { notify: fails } };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await runDeliveries('notify', [dead], options);
      harness.advanceMs(300_000);
    }
    // The one that is run again is nobody's doing.
    expect(await runDeliveries('notify', [done, failing, done], options)).toEqual(['done', 'retried', 'already-done']);
    const labels = '{channel="inbox",handler="notify"}';
    const dueAt = (await harness.delivery(owed)).notBefore.getTime();
    const samples = [
      `duijie_deliveries_sent_total${labels} 1`,
      `duijie_deliveries_retried_total${labels} 10`,
      `duijie_deliveries_dead_total${labels} 1`,
      `duijie_deliveries_owed${labels} 2`,
      `duijie_deliveries_oldest_due_seconds${labels} ${(harness.deps.clock.now().getTime() - dueAt) / 1_000}`,
      `duijie_dead_letters${labels} 1`,
      'duijie_search_index_filling{index="postgres"} 1',
    ];
    const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
    try {
      const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(samplesOf(await answer.text()).sort()).toEqual(samples.sort());
      expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
    } finally {
      await server.close();
    }
  });

  it('are told while the database is away, without what only the database knows', async () => {
    const nowhere = createPool('postgres://nobody@127.0.0.1:1/nowhere', () => undefined);
    const metrics = createMetrics({ db: createDatabase(nowhere), clock: harness.deps.clock, searchEngines });
    metrics.count('notify', 'sent');
    expect(samplesOf(await metrics.render())).toEqual([
      'duijie_deliveries_sent_total{channel="inbox",handler="notify"} 1',
    ]);
    await nowhere.end();
  });
});
