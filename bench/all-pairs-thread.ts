import { parentPort, workerData } from 'node:worker_threads';
import { loadDictionary } from '../db/seed/dictionary.ts';
import { createDictionary } from '../src/matching/engine/dictionary.ts';
import { buildEngine, fieldsOf } from './speed/duijie.ts';
import { syntheticQueries } from './synthetic.ts';

/** `next` is shared: the number of the first demand that no thread has taken yet. */
export type AllPairsTask = { documents: number; demands: number; top: number; next: SharedArrayBuffer };

const demandsAtOnce = 16;
const warmingDemands = 32;

/** Tells how long the build took, waits for the word to go, then how many pairs it found. */
const { documents, demands, top, next } = workerData as AllPairsTask;
const { engine, buildSeconds } = buildEngine(createDictionary(loadDictionary()), documents);
const all = syntheticQueries(demands + warmingDemands).map(fieldsOf);
for (const demand of all.slice(demands)) {
  engine.search(demand, { limit: top });
}
parentPort?.once('message', () => parentPort?.postMessage(findPairs()));
parentPort?.postMessage(buildSeconds);

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
