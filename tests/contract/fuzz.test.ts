import { expect, it } from 'vitest';
import { complaintsOf } from '../fuzz/report.ts';
import { FuzzRound, unlimited } from '../fuzz/run.ts';
import { startApi } from '../setup/api.ts';

/** Of each kind of operation one; `npm run test:fuzz` asks all of them, and more. */
const operations = [
  'listDemands',
  'createDemand',
  'updateDemand',
  'rejectDemand',
  'putDemandAttachment',
  'searchResults',
  'openIntroduction',
  'exportContracts',
  'updateNotificationPreferences',
  'unsubscribe',
  'keepRecord',
  'saveTerm',
];

it('right and wrong requests get documented answers by their schemas, and refusals as problems', async () => {
  const fuzz = new FuzzRound({
    seed: 20261122,
    requests: 6,
    operations,
    startApi: async () => {
      const logLines: string[] = [];
      return { api: await startApi(unlimited, { logLines, withIndex: true }), logLines };
    },
  });
  const reports = await fuzz.run();
  expect(complaintsOf(reports)).toEqual([]);
  expect(reports).toHaveLength(operations.length);
  const accepted = reports.filter(({ statuses }) => Object.keys(statuses).some((status) => Number(status) < 300));
  expect(accepted).toHaveLength(operations.length);
}, 60_000);
