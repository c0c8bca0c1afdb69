import { parentPort, workerData } from 'node:worker_threads';
import { loadDictionary, loadTransliterations } from '../db/seed/dictionary.ts';
import { createDictionary } from '../src/matching/engine/dictionary.ts';
import { attach } from '../src/matching/engine/engine.ts';
import type { EngineManifest } from '../src/matching/engine/index-reader.ts';
import { createSpeller } from '../src/matching/engine/transliteration.ts';
import { fieldsOf } from './speed/duijie.ts';
import { syntheticQueries } from './synthetic.ts';

/** `next` is shared: the number of the first demand that no thread has taken yet. */
export type AllPairsTask = { manifest: EngineManifest; demands: number; top: number; next: SharedArrayBuffer };

const demandsAtOnce = 16;
const warmingDemands = 32;

/** Says when it is ready, waits for the word to go, then says how many pairs it found. */
const { manifest, demands, top, next } = workerData as AllPairsTask;
const engine = attach(manifest, {
  dictionary: createDictionary(loadDictionary(), createSpeller(loadTransliterations())),
});
const all = syntheticQueries(demands + warmingDemands).map(fieldsOf);
for (const demand of all.slice(demands)) {
  engine.search(demand, { limit: top });
}
parentPort?.once('message', () => parentPort?.postMessage(findPairs()));
parentPort?.postMessage(0);

function findPairs(): number {
  const taken = new Int32Array(next);
  let pairs = 0;
  for (;;) {
    const from = Atomics.add(taken, 0, demandsAtOnce);
    if (from >= demands) return pairs;
    for (const demand of all.slice(from, Math.min(demands, from + demandsAtOnce))) {
      pairs += engine.search(demand, { limit: top }).length;
    }
  }
}
