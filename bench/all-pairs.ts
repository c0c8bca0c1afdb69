import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { loadDictionary, loadTransliterations } from '../db/seed/dictionary.ts';
import { createDictionary } from '../src/matching/engine/dictionary.ts';
import { createSpeller } from '../src/matching/engine/transliteration.ts';
import type { AllPairsTask } from './all-pairs-thread.ts';
import { runBench, wholeNumber } from './flags.ts';
import { buildEngine } from './speed/duijie.ts';
import { figure, type SpeedRow } from './speed/rows.ts';

const usage = `npm run bench:all-pairs -- [flags]
  --documents 1000000      results to look among
  --demands 10000          each asked for its best; fewer give a projection as well, and it is called one
  --top 50
  --threads N              as many as the machine has cores
  --json FILE              [{system, documents, measure, value, unit}]`;

const wholeTask = 10_000;

/**
 * Every demand against every result: the best of synthetic.ts's documents for each of its demands, from text to ids and scores,
 * nothing saved, by as many threads as there are cores, which share one index. What is timed starts with threads that are warm.
 */
await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      documents: { type: 'string', default: '1000000' },
      demands: { type: 'string', default: `${wholeTask}` },
      top: { type: 'string', default: '50' },
      threads: { type: 'string', default: `${availableParallelism()}` },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (flags.help) {
    console.info(usage);
    return;
  }
  const documents = wholeNumber('documents', flags.documents);
  const demands = wholeNumber('demands', flags.demands);
  const count = wholeNumber('threads', flags.threads);
  const top = wholeNumber('top', flags.top);
  console.info(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; ${count} threads`);

  const { engine, buildSeconds } = buildEngine(
    createDictionary(loadDictionary(), createSpeller(loadTransliterations())),
    documents,
  );
  console.info(`${documents} documents taken in within ${figure(buildSeconds)} s`);
  const task: AllPairsTask = { manifest: engine.share(), demands, top, next: new SharedArrayBuffer(4) };
  const threads = Array.from({ length: count }, () => startThread(task));
  try {
    await Promise.all(threads.map((thread) => answerOf(thread)));
    const start = performance.now();
    const pairs = await Promise.all(
      threads.map((thread) => {
        const answer = answerOf(thread);
        thread.postMessage('go');
        return answer;
      }),
    );
    const seconds = (performance.now() - start) / 1_000;
    const found = pairs.reduce((sum, some) => sum + some, 0);
    console.info(`${demands} demands × ${documents} documents: ${found} pairs in ${figure(seconds)} s, measured`);
    const row = { system: 'duijie', documents, unit: 's' };
    const rows: SpeedRow[] = [{ ...row, measure: `all_pairs_${demands}`, value: seconds }];
    if (demands < wholeTask) {
      const projected = (seconds * wholeTask) / demands;
      rows.push({ ...row, measure: `all_pairs_${wholeTask}_projected`, value: projected });
      console.info(`${wholeTask} demands would take ${figure(projected)} s: projected from ${demands}, not measured`);
    }
    if (flags.json !== undefined) {
      writeFileSync(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
});

/** A thread does not take over the loader that its parent runs under. */
function startThread(task: AllPairsTask): Worker {
  const url = new URL('./all-pairs-thread.ts', import.meta.url).href;
  const start = `import('tsx/esm/api').then(({ register }) => register()).then(() => import(${JSON.stringify(url)}))`;
  return new Worker(start, { eval: true, workerData: task });
}

function answerOf(thread: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`A thread ended with ${code}.`)));
  });
}
