import type { Dictionary } from '../../src/matching/engine/dictionary.ts';
import type { Engine } from '../../src/matching/engine/engine.ts';
import type { PeerName } from '../peers/peer.ts';
import { type RemotePeer, startPeer } from '../peers/remote.ts';
import { type SyntheticText, syntheticQueries } from '../synthetic.ts';
import { type BuiltEngine, buildEngine, fieldsOf, measureReplacements } from './duijie.ts';
import { type Asked, askInRounds } from './rounds.ts';
import { percentile, type SpeedRow, timed } from './rows.ts';
import { printTable } from './table.ts';

const limit = 100;
/** The 99th percentile of fewer is only their largest. */
const fewestForP99 = 100;

export type SizeSettings = { queries: number; peers: readonly PeerName[]; peerSeconds: number; replacements: number };

/** Everything about one size, printed and returned. */
export async function measureSize(
  dictionary: Dictionary,
  documents: number,
  settings: SizeSettings,
): Promise<SpeedRow[]> {
  console.info(`\n${documents} documents`);
  const peers = await startPeers(documents, settings);
  try {
    const built = buildEngine(dictionary, documents);
    const demands = syntheticQueries(2 * settings.queries);
    const systems = [
      asked('duijie', built.engine, demands, false),
      asked('exhaustive', built.engine, demands, true),
      ...peers.map(({ name, ask }) => ({ name, ask, budgetMs: (settings.peerSeconds / 6) * 1_000 })),
    ];
    const times = await askInRounds(systems, settings.queries, explainMissing);
    const rows = [
      ...queryRows(times, (system) => peers.find(({ name }) => name === system)?.documents ?? documents),
      ...peers.flatMap((peer) =>
        times.has(peer.name) ? sizeRows(peer.name, peer.documents, peer.buildSeconds, peer.megabytes) : [],
      ),
      ...duijieRows(documents, built, demands, settings.replacements),
    ];
    printTable(rows);
    return rows;
  } finally {
    await Promise.all(peers.map((peer) => peer.close()));
  }
}

/** One after the other, so that each has the machine to itself while it takes the documents in. */
async function startPeers(documents: number, { peers, peerSeconds, queries }: SizeSettings): Promise<RemotePeer[]> {
  const started: RemotePeer[] = [];
  for (const name of peers) {
    try {
      const peer = await startPeer(name, { documents, queries: 2 * queries, limit, buildSeconds: peerSeconds });
      started.push(peer);
      if (peer.documents < documents) {
        console.info(`${name} has only ${peer.documents} documents after ${peerSeconds} s and is measured with these`);
      }
    } catch (error) {
      explainMissing(name, error);
    }
  }
  return started;
}

function explainMissing(name: string, error: unknown): void {
  console.info(`${name} is not measured: ${error instanceof Error ? error.message : error}`);
}

function asked(name: string, engine: Engine, demands: readonly SyntheticText[], exhaustive: boolean): Asked {
  return {
    name,
    budgetMs: Number.POSITIVE_INFINITY,
    ask: (from, to) =>
      demands.slice(from, to).map((demand) => timed(() => engine.search(fieldsOf(demand), { limit, exhaustive }))),
  };
}

function queryRows(times: ReadonlyMap<string, readonly number[]>, documentsOf: (system: string) => number): SpeedRow[] {
  const ownP50 = percentile(times.get('duijie') ?? [], 0.5);
  return [...times].flatMap(([system, measured]) => {
    const p50 = percentile(measured, 0.5);
    const documents = documentsOf(system);
    const p99 = { system, documents, measure: 'query_p99', value: percentile(measured, 0.99), unit: 'ms' };
    return [
      { system, documents, measure: 'query_p50', value: p50, unit: 'ms' },
      ...(system === 'duijie' || measured.length >= fewestForP99 ? [p99] : []),
      { system, documents, measure: 'queries', value: measured.length, unit: '' },
      // One that holds fewer documents is not compared.
      ...(system === 'duijie' || documents !== documentsOf('duijie')
        ? []
        : [{ system, documents, measure: 'query_ratio', value: p50 / ownP50, unit: '×' }]),
    ];
  });
}

function sizeRows(system: string, documents: number, buildSeconds: number, megabytes: number): SpeedRow[] {
  return [
    { system, documents, measure: 'build', value: buildSeconds, unit: 's' },
    { system, documents, measure: 'memory', value: megabytes, unit: 'MB' },
  ];
}

function duijieRows(
  documents: number,
  built: BuiltEngine,
  demands: readonly SyntheticText[],
  replacements: number,
): SpeedRow[] {
  const memory = built.memoryMb();
  const replaced = measureReplacements(built.engine, documents, demands, { replacements, limit });
  const system = 'duijie';
  return [
    ...sizeRows(system, documents, built.buildSeconds, memory),
    { system, documents, measure: 'build_from_tokens', value: built.buildFromTokensSeconds, unit: 's' },
    { system, documents, measure: 'replace_p50', value: percentile(replaced.times, 0.5), unit: 'ms' },
    { system, documents, measure: 'replace_p99', value: percentile(replaced.times, 0.99), unit: 'ms' },
    { system, documents, measure: 'replace_max', value: Math.max(...replaced.times), unit: 'ms' },
    { system, documents, measure: 'pause_max', value: replaced.longestPauseMs, unit: 'ms' },
  ];
}
