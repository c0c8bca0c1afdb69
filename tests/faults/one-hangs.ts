import { percentile } from '../../bench/speed/rows.ts';
import { maxWebhooks } from '../../src/webhooks/rules.ts';
import { endpointOracle, onEndpoints, skipPauses, tellEndpoints } from './endpoints.ts';
import type { FaultRun } from './notices.ts';
import { type FaultReport, settle, until } from './oracles.ts';

const organizations = 5;

/**
 * One endpoint of a hundred never answers; all are told of as many messages as asked, one after the other. Measured is how
 * long the others wait, from the commit until the request arrives. Then the hanging one answers, and gets everything, too.
 */
export async function runOneHangs(run: FaultRun): Promise<FaultReport> {
  const { kills, tell = () => undefined } = run;
  return await onEndpoints(run, async ({ pool, receiver, tenants, endpoint }) => {
    const told = await tenants(organizations);
    const arrivedAtMs = new Map<string, number>();
    for (const [at, tenant] of told.entries()) {
      for (let n = 0; n < maxWebhooks; n += 1) {
        const path = `/${at}/${n}`;
        await endpoint(tenant, path);
        receiver.answers.set(path, (response, { headers }) => {
          arrivedAtMs.set(`${path} ${headers['webhook-id']}`, performance.now());
          if (path !== '/0/0') response.writeHead(204).end();
        });
      }
    }
    // What the worker needs to start is not what is measured.
    const last = told.at(-1);
    if (last === undefined) throw new Error('no such tenant');
    const first = await tellEndpoints(last);
    await until('the worker works', async () => arrivedAtMs.has(`/${organizations - 1}/0 ${first}`));
    const waitsMs: number[] = [];
    for (let round = 1; round <= kills; round += 1) {
      const committed = await Promise.all(
        told.map(async (tenant, at) => ({ at, id: await tellEndpoints(tenant), atMs: performance.now() })),
      );
      const keys = committed.flatMap(({ at, id, atMs }) =>
        Array.from({ length: maxWebhooks }, (_, n) => ({ key: `/${at}/${n} ${id}`, atMs })).slice(at === 0 ? 1 : 0),
      );
      await until('the others are told', async () => keys.every(({ key }) => arrivedAtMs.has(key)));
      for (const { key, atMs } of keys) waitsMs.push((arrivedAtMs.get(key) ?? Number.NaN) - atMs);
    }
    const hanging = receiver.at('/0/0').length;
    tell(`${hanging} requests hung; the others waited ${Math.round(Math.max(...waitsMs))} ms at the longest`);
    receiver.answers.delete('/0/0');
    const everything = endpointOracle(pool, receiver);
    const isDone = async () => {
      await skipPauses(pool);
      const { rows } = await pool.query(
        "select 1 from deliveries where handler = 'deliver-webhook' and status <> 'done'",
      );
      return rows.length === 0;
    };
    await until('the hanging endpoint is told', isDone, 1_000);
    const { drainSeconds, ...found } = await settle(pool, [everything]);
    const waits = {
      othersP50Seconds: percentile(waitsMs, 0.5) / 1_000,
      othersP99Seconds: percentile(waitsMs, 0.99) / 1_000,
    };
    const figures = { hanging, endpoints: organizations * maxWebhooks, ...waits, drainSeconds };
    return { kills: hanging, acknowledged: kills * organizations + 1, wrongAnswers: [], figures, ...found };
  });
}
