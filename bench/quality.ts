import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadDictionary, loadTransliterations } from '../db/seed/dictionary.ts';
import { createDictionary } from '../src/matching/engine/dictionary.ts';
import { createEngine } from '../src/matching/engine/engine.ts';
import { createSpeller } from '../src/matching/engine/transliteration.ts';
import { createBm25 } from './quality-bm25.ts';
import { measureQuality, type QualityRow, type Ranker } from './quality-measures.ts';
import { type BenchText, findSets, readSet, thinQueries } from './quality-sets.ts';

/**
 * How well the engine ranks, in the configuration that production runs (`duijie`), beside plain BM25 in the same run.
 * `npm run bench:quality -- --data DIR [--json FILE] [--queries 300]`: DIR is a set (corpus.jsonl, queries.jsonl,
 * qrels.tsv) or holds sets; `--queries` takes only so many of each, for a quick look.
 */
const { values: flags } = parseArgs({
  options: { data: { type: 'string' }, json: { type: 'string' }, queries: { type: 'string' } },
});
if (flags.data === undefined) {
  throw new Error('Say where the sets are: npm run bench:quality -- --data DIR');
}

const depth = 100;
const dictionary = createDictionary(loadDictionary(), createSpeller(loadTransliterations()));
const rows: QualityRow[] = [];
print('set', 'system', ['nDCG@10', 'R@100', 'MRR@10', 'queries']);
for (const folder of findSets(flags.data)) {
  const set = thinQueries(readSet(folder), flags.queries === undefined ? undefined : Number(flags.queries));
  for (const [system, create] of [
    ['bm25', createBm25],
    ['duijie', createDuijie],
  ] as const) {
    const row = measureQuality(set, system, create(set.documents, depth));
    rows.push(row);
    const figures = [row.ndcg10, row.recall100, row.mrr10].map((value) => value.toFixed(4));
    print(row.set, row.system, [...figures, String(row.queries)]);
  }
}
if (flags.json !== undefined) {
  writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
}

/** The engine as the workers run it: the same dictionary, the same fields, the same search. */
function createDuijie(documents: readonly BenchText[], limit: number): Ranker {
  const engine = createEngine({ dictionary });
  for (const { id, title, text } of documents) {
    engine.upsert({ id, fields: { title, keywords: '', body: text } });
  }
  return ({ title, text }) => engine.search({ title, keywords: '', body: text }, { limit }).map(({ id }) => id);
}

function print(set: string, system: string, figures: readonly string[]): void {
  console.info(`${set.padEnd(26)} ${system.padEnd(8)} ${figures.map((figure) => figure.padStart(8)).join(' ')}`);
}
