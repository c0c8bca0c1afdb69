import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startWorkers, type WorkerParts, type Workers } from '../../workers/start-workers.ts';
import { createHarness, effectHandler, type Harness } from './harness.ts';

let harness: Harness;
let workers: Workers;
const reader = { start: vi.fn(), wake: vi.fn(), stop: vi.fn(async () => undefined) };
const parts: WorkerParts = { registry: { notify: effectHandler() }, scheduledJobs: {}, readers: [reader] };

beforeEach(async () => {
  vi.clearAllMocks();
  harness = await createHarness(null);
});
afterEach(async () => {
  await workers.close();
  await harness.close();
});

describe('workers that wait for the server', () => {
  it('read and deliver nothing before it listens, and then all that is owed', async () => {
    const server = new EventEmitter();
    workers = startWorkers(harness.deps, parts, once(server, 'listening'));
    const owed = await harness.send();
    // The relay of workers that had started would have taken it several times over.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(reader.start).not.toHaveBeenCalled();
    expect(await harness.effects()).toEqual({});
    server.emit('listening');
    await workers.ready;
    expect(reader.start).toHaveBeenCalledOnce();
    await vi.waitFor(async () => expect(await harness.effects()).toEqual({ [owed]: 1 }), { timeout: 20_000 });
  });

  it('start nothing when it does not come up, and say why', async () => {
    workers = startWorkers(harness.deps, parts, Promise.reject(new Error('PORT 3000 is in use')));
    await expect(workers.ready).rejects.toThrow('PORT 3000 is in use');
    expect(reader.start).not.toHaveBeenCalled();
  });

  it('start nothing when the process is ended meanwhile', async () => {
    const server = new EventEmitter();
    workers = startWorkers(harness.deps, parts, once(server, 'listening'));
    const closed = workers.close();
    server.emit('listening');
    await closed;
    expect(reader.start).not.toHaveBeenCalled();
  });
});
