import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runBench, wholeNumber } from '../../bench/flags.ts';
import { startApi } from '../setup/api.ts';
import { createTestDatabase } from '../setup/database.ts';
import { startTestCluster } from '../setup/global.ts';
import { complaintsOf, merged, type OperationReport, printReports } from './report.ts';
import { FuzzRound, unlimited } from './run.ts';

/**
 * Asks every operation of openapi.json right and wrong things, as people of every role, over a living world on a real
 * PostgreSQL: no 5xx, no undocumented status, every answer by its schema, every refusal a problem. One round, or with
 * --minutes as many as fit, each in a world and with a seed of its own; a violation is printed as the smallest request that
 * shows it, and its seed asks again. `npm run test:fuzz -- [--seed 1] [--minutes 10] [--requests 40] [--operations x,y] [--json FILE]`
 */
await runBench(async () => {
  const { values: flags } = parseArgs({
    options: {
      seed: { type: 'string', default: '20261122' },
      minutes: { type: 'string' },
      requests: { type: 'string', default: '40' },
      operations: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const seed = wholeNumber('seed', flags.seed);
  const requests = wholeNumber('requests', flags.requests);
  const minutes = flags.minutes === undefined ? null : wholeNumber('minutes', flags.minutes);
  const until = minutes === null ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
  const operations = flags.operations?.split(',');
  const cluster = await startTestCluster();
  try {
    const reports = new Map<string, OperationReport>();
    for (let round = 0; round === 0 || (minutes !== null && Date.now() < until); round += 1) {
      console.log(`round ${round + 1}, seed ${seed + round * 1_000}`);
      const fuzz = new FuzzRound({
        seed: seed + round * 1_000,
        requests,
        ...(operations === undefined ? {} : { operations }),
        // The first round asks every operation, however long that takes.
        ...(round === 0 ? {} : { until }),
        tell: console.log,
        startApi: async () => {
          const logLines: string[] = [];
          const database = await createTestDatabase('duijie_template', cluster.url);
          return { api: await startApi(unlimited, { logLines, withIndex: true, database }), logLines };
        },
      });
      for (const report of await fuzz.run()) {
        reports.set(report.operation, merged(reports.get(report.operation), report));
      }
      if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify([...reports.values()], null, 2)}\n`);
    }
    printReports([...reports.values()]);
    const complaints = complaintsOf([...reports.values()]);
    for (const complaint of complaints) console.error(complaint);
    if (complaints.length > 0) process.exitCode = 1;
  } finally {
    await cluster.stop();
  }
});
