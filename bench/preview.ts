import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { organizations, results } from '../db/schema/index.ts';
import { readConfig } from '../src/config.ts';
import type { UserActor } from '../src/core/actor.ts';
import { newId } from '../src/core/ids.ts';
import { bandOf } from '../src/core/money.ts';
import { createDeps } from '../src/deps.ts';
import { createLog } from '../src/log.ts';
import type { PreviewMatches } from '../src/matches/inputs.ts';
import { type MatchIndex, previewMatches } from '../src/matches/service.ts';
import { ensureRootMarket } from '../src/organizations/service.ts';
import { checkIndex, isIndexFilled, rebuildInPlace } from '../src/search/service.ts';
import { readSample, type SampleDemand } from '../workers/demo/sample.ts';
import { workerParts } from '../workers/parts.ts';
import { startWorkers } from '../workers/start-workers.ts';
import { mulberry32 } from './synthetic.ts';

/**
 * What a draft's author waits for, against so many published results: retrieval, rows from PostgreSQL, 100 candidates
 * judged and explained. With the process's own index, and by way of a worker: row, outbox, queue, answer. Each result
 * has one of the sample's with three sentences of others mixed in (mulberry32 with a seed), so that all the candidates
 * of a draft are near it, which costs most; drafts are the sample's demands that have an answer. One at a time, after a few to warm up.
 * `npm run bench:preview -- --documents 100000 --previews 60 --json preview.json`
 */
const { values: flags } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    previews: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});
const documents = Number(flags.documents);
const previews = Number(flags.previews);
const warmUps = 10;
const rowsAtOnce = 1_000;
const organizationsOfResults = 500;
const loopResolutionMs = 2;

const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
const deps = await createDeps(readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'warn' }), {
  log: createLog({ logLevel: 'warn' }),
});
const { db, clock } = deps;

/** Verified organizations of the root market; returns their ids. */
async function addOrganizations(kind: 'enterprise' | 'university', count: number, homeMarketId: string) {
  const now = clock.now();
  const rows = Array.from({ length: count }, (_, at) => ({
    id: newId(),
    kind,
    name: `${kind} ${at}`,
    status: 'verified' as const,
    regionCode: '430100',
    homeMarketId,
    createdAt: now,
    updatedAt: now,
  }));
  await db.insert(organizations).values(rows);
  return rows.map((row) => row.id);
}

async function addResults(owners: readonly string[], homeMarketId: string): Promise<void> {
  const now = clock.now();
  let batch: (typeof results.$inferInsert)[] = [];
  let number = 0;
  async function write(): Promise<void> {
    if (batch.length > 0) await db.insert(results).values(batch);
    batch = [];
  }
  const sample = readSample().results;
  const sentences = sample.flatMap((one) => (one.description ?? '').split(/(?<=[。.；;])/));
  const random = mulberry32(20_261_122);
  const anyOf = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  while (number < documents) {
    const base = anyOf(sample);
    const mixedIn = [anyOf(sentences), anyOf(sentences), anyOf(sentences)];
    number += 1;
    batch.push({
      id: newId(),
      code: `R2026-430100-${String(number).padStart(7, '0')}`,
      title: base.title,
      summary: base.summary ?? '',
      description: [base.description?.slice(0, 120), ...mixedIn].join(''),
      keywords: base.keywords ?? [],
      technologyFields: base.technologyFields ?? [],
      cooperationModes: base.cooperationModes ?? [],
      regionCode: base.regionCode,
      language: base.language ?? 'zh',
      source: 'self',
      publishedAt: now,
      createdByUserId: newId(),
      status: 'published',
      organizationId: anyOf(owners),
      homeMarketId,
      indicators: (base.indicators ?? []).map((indicator) => ({ unit: '', ...indicator })),
      applicationIndustries: base.applicationIndustries ?? [],
      trl: base.trl ?? null,
      ipr: [],
      owners: [],
      inventors: [],
      awards: [],
      priceBand: bandOf(
        base.price === undefined ? null : { minCny: null, maxCny: null, negotiable: true, ...base.price },
      ),
      createdAt: now,
      updatedAt: now,
    });
    if (batch.length === rowsAtOnce) await write();
  }
  await write();
}

/** The same process fills and checks the search index after rows that came without messages: until then it is not quiet. */
async function searchIsFilled(): Promise<void> {
  while (!(await isIndexFilled(db, deps.searchEngines.postgres))) await pause(1_000);
}

/** As `measure`, while the same process does something else again and again; how often it did, in `rounds`. */
async function measureDuring(work: () => Promise<unknown>, previewing: () => Promise<Measured>): Promise<Measured> {
  let isOver = false;
  async function repeat(): Promise<number> {
    let rounds = 0;
    for (; !isOver; rounds += 1) await work();
    return rounds;
  }
  const repeated = repeat();
  const measured = await previewing();
  isOver = true;
  const rounds = await repeated;
  if (rounds < 1) throw new Error('what was to run beside the previews did not');
  return measured;
}

/** Milliseconds of each preview, and of processor time for one, without PostgreSQL's, and for how long the event loop was held. */
async function measure(actor: UserActor, index: MatchIndex | null): Promise<Measured> {
  const times: number[] = [];
  let found = 0;
  let cpuBefore = process.cpuUsage();
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  const drafts = readSample().pairs.map((pair) => pair.demand);
  for (let at = 0; at < previews + warmUps; at += 1) {
    const sample = drafts[at % drafts.length] as SampleDemand;
    const { key: _key, organization: _organization, confidentiality: _detail, contact: _contact, ...fields } = sample;
    const input: PreviewMatches = { side: 'demand', ...fields };
    if (at === warmUps) {
      cpuBefore = process.cpuUsage();
      loop.enable();
    }
    const start = performance.now();
    const { matches, nearMisses } = await previewMatches(deps.ctxFor(actor), input, { index, patienceMs: 60_000 });
    times.push(performance.now() - start);
    found += matches.length + nearMisses.length > 0 ? 1 : 0;
  }
  loop.disable();
  if (found < 0.8 * times.length) throw new Error(`${found} of ${times.length} previews found something: too few`);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    times: times.slice(warmUps),
    cpuMs: (user + system) / 1_000 / previews,
    heldMs: loop.max / 1e6 - loopResolutionMs,
  };
}

function figuresOf(system: string, { times, cpuMs, heldMs }: Measured): Figure[] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
  const measures = { min: at(0), p50: at(0.5), p95: at(0.95), max: at(1), 'processor time': cpuMs };
  const rounded = (measure: string, value: number): Figure => ({
    system,
    documents,
    measure,
    value: Math.round(value * 10) / 10,
    unit: 'ms',
  });
  return [
    ...Object.entries(measures).map(([name, value]) => rounded(`preview ${name}`, value)),
    rounded('event loop held, longest', heldMs),
  ];
}

interface Measured {
  times: number[];
  cpuMs: number;
  heldMs: number;
}

interface Figure {
  system: string;
  documents: number;
  measure: string;
  value: number;
  unit: string;
}

try {
  await ensureRootMarket(deps.ctxFor({ kind: 'system', name: 'bench' }));
  const root = (await db.select().from(organizations))[0]?.id ?? '';
  const [enterprise = ''] = await addOrganizations('enterprise', 1, root);
  await addResults(await addOrganizations('university', organizationsOfResults, root), root);
  await deps.searchIndex.ensureIndexes();
  const parts = workerParts(deps);
  const started = performance.now();
  const workers = startWorkers(deps, parts);
  try {
    await workers.ready;
    await parts.matchIndex.waitUntil('0', 3_600_000);
    const buildMs = performance.now() - started;
    await searchIsFilled();
    const actor: UserActor = {
      kind: 'user',
      userId: newId(),
      administrator: false,
      emailVerified: true,
      locale: 'en',
      organizationId: enterprise,
      organizationKind: 'enterprise',
      organizationStatus: 'verified',
      role: 'admin',
      marketIds: [],
      scopes: null,
    };
    const own = parts.matchIndex;
    const engine = deps.searchEngines.postgres;
    const ctx = deps.ctxFor({ kind: 'system', name: 'bench' });
    const figures = [
      { system: 'index', documents, measure: 'built from PostgreSQL', value: Math.round(buildMs), unit: 'ms' },
      ...figuresOf('own index', await measure(actor, own)),
      ...figuresOf(
        'own index, beside a check',
        await measureDuring(
          () => checkIndex(ctx, engine),
          () => measure(actor, own),
        ),
      ),
      ...figuresOf(
        'own index, beside a fill',
        await measureDuring(
          () => rebuildInPlace(ctx, engine),
          () => measure(actor, own),
        ),
      ),
      ...figuresOf('by way of a worker', await measure(actor, null)),
    ];
    console.log(
      `${previews} previews, one after the other, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`,
    );
    console.table(figures);
    if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(figures, null, 1)}\n`);
  } finally {
    await workers.close();
  }
} finally {
  await deps.close();
  await rm(dataDir, { recursive: true, force: true });
}
