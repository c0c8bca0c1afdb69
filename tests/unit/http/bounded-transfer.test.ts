import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { boundTransfer } from '../../../src/http/bounded-transfer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a transfer is cut after half a minute and what its size takes at 16 KiB a second, unless it has ended', () => {
  const [slow, done] = [new PassThrough(), new PassThrough()];
  boundTransfer(slow, 160 * 1024);
  boundTransfer(done, 160 * 1024)();
  vi.advanceTimersByTime(39_999);
  expect(slow.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect([slow.destroyed, done.destroyed]).toEqual([true, false]);
});
