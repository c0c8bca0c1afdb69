import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { summarizeUnsealed } from './audit-trail/service.ts';
import type { Clock } from './core/clock.ts';
import { type DeliveryMeter, type DeliveryOutcome, deliveryOutcomes } from './core/delivery-meter.ts';
import { channelOf, handlerNames } from './core/messages.ts';
import type { SearchEngines, SearchIndex } from './core/search-index.ts';
import type { Db } from './core/transaction.ts';
import { summarizeOwed } from './dead-letters/service.ts';
import type { Overload } from './http/back-pressure.ts';
import { isIndexFilled } from './search/service.ts';

/** What a process tells of itself, in the text format of Prometheus. */
export interface Metrics extends DeliveryMeter {
  readonly contentType: string;
  observeRequest(labels: { method: string; route: string; status: number }, seconds: number): void;
  /** A request that was refused because there is too much to do. */
  countRefused(why: Overload): void;
  render(): Promise<string>;
}

const meanings: Record<DeliveryOutcome, string> = {
  sent: 'Deliveries that this process fulfilled',
  retried: 'Attempts of this process that failed and will be repeated',
  dead: 'Deliveries that this process gave up',
};

/** Counters are this process's own; gauges are read from the database at each look and the same from every process. */
export function createMetrics({
  db,
  clock,
  searchEngines,
}: {
  db: Db;
  clock: Clock;
  searchEngines: { [engine in keyof SearchEngines]: Pick<SearchIndex, 'name'> | null };
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const refused = new Counter({
    name: 'duijie_requests_refused_total',
    help: 'Requests that this process refused because it had more to do than it could',
    labelNames: ['why'],
    registers,
  });
  for (const why of ['database', 'event_loop'] satisfies Overload[]) refused.inc({ why }, 0);
  const counterOf = (outcome: DeliveryOutcome) =>
    new Counter({
      name: `duijie_deliveries_${outcome}_total`,
      help: meanings[outcome],
      labelNames: ['channel', 'handler'],
      registers,
    });
  const counters: Record<DeliveryOutcome, Counter> = {
    sent: counterOf('sent'),
    retried: counterOf('retried'),
    dead: counterOf('dead'),
  };
  // From the start at 0, so that the first one is an increase.
  for (const outcome of deliveryOutcomes) for (const name of handlerNames) counters[outcome].inc(labelsOf(name), 0);
  const gauges = deliveryGauges(registry);
  const seals = sealGauges(registry);
  const filling = new Gauge({
    name: 'duijie_search_index_filling',
    help: '1 while an index is being filled, or waits for a worker that does it',
    labelNames: ['index'],
    registers,
  });

  async function readOwed(): Promise<void> {
    for (const gauge of Object.values(gauges)) gauge.reset();
    const now = clock.now();
    const summary = await summarizeOwed(db);
    for (const handler of new Set([...handlerNames, ...summary.map((row) => row.handler)])) {
      const row = summary.find((one) => one.handler === handler);
      const labels = labelsOf(handler);
      const dueMs = row?.oldestDueAt == null ? 0 : now.getTime() - row.oldestDueAt.getTime();
      gauges.owed.set(labels, row?.owed ?? 0);
      gauges.dead.set(labels, row?.dead ?? 0);
      gauges.oldest.set(labels, Math.max(0, dueMs / 1_000));
    }
  }

  async function readUnsealed(): Promise<void> {
    for (const gauge of Object.values(seals)) gauge.reset();
    const { entries, oldestAt } = await summarizeUnsealed(db);
    seals.unsealed.set(entries);
    seals.oldest.set(oldestAt === null ? 0 : Math.max(0, (clock.now().getTime() - oldestAt.getTime()) / 1_000));
  }

  async function readFilling(): Promise<void> {
    filling.reset();
    for (const engine of Object.values(searchEngines)) {
      if (engine !== null) filling.set({ index: engine.name }, (await isIndexFilled(db, engine)) ? 0 : 1);
    }
  }

  return {
    contentType: registry.contentType,
    observeRequest: (labels, seconds) => durations.observe(labels, seconds),
    countRefused: (why) => refused.inc({ why }),
    count: (handler, outcome) => counters[outcome].inc(labelsOf(handler)),
    async render() {
      // With the database away, the process still tells what it knows by itself.
      await Promise.all([readOwed(), readUnsealed(), readFilling()].map((read) => read.catch(() => undefined)));
      return await registry.metrics();
    },
  };
}

function labelsOf(handler: string): { channel: string; handler: string } {
  return { channel: channelOf(handler) ?? 'other', handler };
}

function deliveryGauges(registry: Registry) {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['channel', 'handler'], registers: [registry] });
  return {
    owed: gauge('duijie_deliveries_owed', 'Deliveries that are not fulfilled yet, those that wait for their time too'),
    oldest: gauge('duijie_deliveries_oldest_due_seconds', 'How long ago the oldest of the owed deliveries was due'),
    dead: gauge('duijie_dead_letters', 'Deliveries that were given up and neither retried nor discarded'),
  };
}

function sealGauges(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  return {
    unsealed: gauge('duijie_audit_unsealed', 'Audit entries that are not in the chain yet'),
    oldest: gauge(
      'duijie_audit_oldest_unsealed_seconds',
      'How long ago the oldest of the unsealed audit entries was made',
    ),
  };
}
