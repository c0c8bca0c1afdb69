import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadDictionary, loadTransliterations } from '../db/seed/dictionary.ts';
import { createDictionary } from '../src/matching/engine/dictionary.ts';
import { createEngine } from '../src/matching/engine/engine.ts';
import { createSpeller } from '../src/matching/engine/transliteration.ts';
import { peersOf, runBench, wholeNumber } from './flags.ts';
import { BenchInputError } from './input-error.ts';
import { createPeer } from './peers/create-peer.ts';
import type { PeerName } from './peers/peer.ts';
import { createBm25 } from './quality/bm25.ts';
import type { BenchText } from './quality/files.ts';
import { measureQuality, type QualityRow, type Ranker } from './quality/measures.ts';
import { findSets, type QualitySet, readSet, thinQueries } from './quality/sets.ts';

const usage = `npm run bench:quality -- --data DIR [flags]
  --data DIR               a set (corpus.jsonl, queries.jsonl, qrels.tsv), or a folder of sets
  --queries 300            only so many of each set, evenly taken, for a quick look
  --peers none             all, none, or some of minisearch,orama,flexsearch,postgres; BM25 is always there
  --json FILE              [{set, system, ndcg10, recall100, mrr10, queries}]`;

const depth = 100;
const documentsAtOnce = 500;

/**
 * How well the engine ranks, in the configuration that production runs (`duijie`: the same dictionary, fields and `search`), beside
 * plain BM25, and other engines where asked for, in the same run. nDCG with linear gain.
 */
await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      data: { type: 'string' },
      queries: { type: 'string' },
      peers: { type: 'string', default: 'none' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (flags.help) {
    console.info(usage);
    return;
  }
  if (flags.data === undefined) {
    throw new BenchInputError(`Say where the sets are.\n${usage}`);
  }
  const most = flags.queries === undefined ? undefined : wholeNumber('queries', flags.queries);
  const peers = peersOf(flags.peers);
  const folders = findSets(flags.data);
  const dictionary = createDictionary(loadDictionary(), createSpeller(loadTransliterations()));
  const rows: QualityRow[] = [];
  print('set', 'system', ['nDCG@10', 'R@100', 'MRR@10', 'queries']);
  for (const folder of folders) {
    const set = thinQueries(readSet(folder), most);
    keep(measureQuality(set, 'bm25', createBm25(set.documents, depth)));
    for (const peer of peers) {
      keep(measureQuality(set, peer, await answersOf(peer, set)));
    }
    keep(measureQuality(set, 'duijie', createDuijie(set.documents)));
  }
  if (flags.json !== undefined) {
    writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
  }

  function keep(row: QualityRow): void {
    rows.push(row);
    const figures = [row.ndcg10, row.recall100, row.mrr10].map((value) => value.toFixed(4));
    print(row.set, row.system, [...figures, String(row.queries)]);
  }

  function createDuijie(documents: readonly BenchText[]): Ranker {
    const engine = createEngine({ dictionary });
    for (const { id, title, text } of documents) {
      engine.upsert({ id, fields: { title, keywords: '', body: text } });
    }
    return ({ title, text }) =>
      engine.search({ title, keywords: '', body: text }, { limit: depth }).map(({ id }) => id);
  }
});

/** Asked beforehand, since a peer may answer later. */
async function answersOf(name: PeerName, { documents, queries }: QualitySet): Promise<Ranker> {
  const peer = await createPeer(name);
  try {
    for (let at = 0; at < documents.length; at += documentsAtOnce) {
      await peer.add(documents.slice(at, at + documentsAtOnce));
    }
    await peer.finish?.();
    const answers = new Map<{ title: string; text: string }, readonly string[]>();
    for (const query of queries) {
      answers.set(query, await peer.search(`${query.title} ${query.text}`.trim(), depth));
    }
    return (query) => answers.get(query) ?? [];
  } finally {
    await peer.close?.();
  }
}

function print(set: string, system: string, figures: readonly string[]): void {
  console.info(`${set.padEnd(26)} ${system.padEnd(10)} ${figures.map((figure) => figure.padStart(8)).join(' ')}`);
}
