import { expect, it } from 'vitest';
import { LoadJudge } from '../../../src/http/back-pressure.ts';

it('a process that is slow for one window is given another, then refuses until it is quick again', () => {
  const judge = new LoadJudge();
  const seen = [10, 900, 12, 900, 900, 2_000, 20].map((delayMs) => {
    judge.endWindow(delayMs);
    return judge.judge(0);
  });
  expect(seen).toEqual([null, null, null, null, 'event_loop', 'event_loop', null]);
});

it('a queue for the database is refused from the first request that is too many', () => {
  expect([0, 500, 501].map((waiting) => new LoadJudge().judge(waiting))).toEqual([null, null, 'database']);
});
