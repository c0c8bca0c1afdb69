import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { loadDictionary, loadTransliterations } from '../db/seed/dictionary.ts';
import { createDictionary } from '../src/matching/engine/dictionary.ts';
import { createSpeller } from '../src/matching/engine/transliteration.ts';
import { peersOf, runBench, wholeNumber, wholeNumbers } from './flags.ts';
import { measureSize } from './speed/measure-size.ts';
import { figure, type SpeedRow } from './speed/rows.ts';

const usage = `npm run bench:engine -- [flags]
  --documents 50000        how many; with commas several sizes, and what a query costs more from one to the next
  --queries 200            measured, after as many others that warm
  --peers all              all, none, or some of minisearch,orama,flexsearch,postgres
  --peer-seconds 120       for each peer to take the documents in (what it has then, it is measured with), and a sixth of
                           that to answer (fewer queries then, at least 5)
  --replacements 2000      documents replaced one at a time, between demands
  --json FILE              [{system, documents, measure, value, unit}]`;

/**
 * How fast the engine answers in the configuration that production runs (`duijie`: with the dictionary, text in, ids out), on
 * the documents and queries of synthetic.ts, beside other engines in the same run. `exhaustive` is the same engine scoring every
 * document that shares a word. `node --expose-gc` makes memory exact.
 */
await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      documents: { type: 'string', default: '50000' },
      queries: { type: 'string', default: '200' },
      peers: { type: 'string', default: 'all' },
      'peer-seconds': { type: 'string', default: '120' },
      replacements: { type: 'string', default: '2000' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (flags.help) {
    console.info(usage);
    return;
  }
  const sizes = wholeNumbers('documents', flags.documents);
  const settings = {
    queries: wholeNumber('queries', flags.queries),
    peers: peersOf(flags.peers),
    peerSeconds: wholeNumber('peer-seconds', flags['peer-seconds']),
    replacements: wholeNumber('replacements', flags.replacements),
  };
  console.info(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${new Date().toISOString().slice(0, 10)}; ` +
      `the best 100 for a demand of 40 words among documents of 120`,
  );
  const dictionary = createDictionary(loadDictionary(), createSpeller(loadTransliterations()));
  const rows: SpeedRow[] = [];
  for (const documents of sizes) {
    rows.push(...(await measureSize(dictionary, documents, settings)));
  }
  for (const row of growthRows(rows, sizes)) {
    rows.push(row);
    console.info(`\n${row.documents} documents: ${row.measure} ${figure(row.value)} ${row.unit}`);
  }
  if (flags.json !== undefined) {
    writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
  }
});

/** How many times a query costs at each size what it costs at the one before. */
function growthRows(rows: readonly SpeedRow[], sizes: readonly number[]): SpeedRow[] {
  const p50 = (documents: number) =>
    rows.find((row) => row.system === 'duijie' && row.measure === 'query_p50' && row.documents === documents)?.value ??
    0;
  return sizes.slice(1).map((documents, at) => {
    const before = sizes[at] ?? documents;
    const value = p50(documents) / p50(before);
    return { system: 'duijie', documents, measure: `query_growth_from_${before}`, value, unit: '×' };
  });
}
