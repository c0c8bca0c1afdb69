import { afterEach, describe, expect, it } from 'vitest';
import { moduleBeside, startThread, type Thread } from '../../../src/matching/threads/thread.ts';
import type { mortalMethods } from './mortal-thread.ts';

const deaths: Error[] = [];
const started: Thread<typeof mortalMethods>[] = [];

function start(): Thread<typeof mortalMethods> {
  const url = moduleBeside('mortal-thread', import.meta.url);
  const thread = startThread<typeof mortalMethods>(url, (cause) => void deaths.push(cause));
  started.push(thread);
  return thread;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((thread) => thread.end()));
  deaths.length = 0;
});

describe('a thread', () => {
  it('answers calls in the order in which they were made', async () => {
    const thread = start();
    const answers = await Promise.all(['a', 'b', 'c'].map((word) => thread.call('hear', word)));
    expect(answers).toEqual([['a'], ['a', 'b'], ['a', 'b', 'c']]);
  });

  it('hands what a method throws to its caller, and goes on', async () => {
    const thread = start();
    await expect(thread.call('fail', 'too far')).rejects.toThrow('too far');
    expect(await thread.call('hear', 'a')).toEqual(['a']);
    expect(deaths).toEqual([]);
  });

  it('that dies fails what it has not answered, and what comes later, as unavailable, and is told of once', async () => {
    const thread = start();
    await thread.call('hear', 'a');
    const unanswered = [thread.call('die', 3), thread.call('hear', 'b')];
    const outcomes = await Promise.allSettled(unanswered);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual([
      'UNAVAILABLE',
      'UNAVAILABLE',
    ]);
    await expect(thread.call('hear', 'c')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(deaths.map((death) => death.message)).toEqual(['the thread mortal-thread ended with 3']);
  });

  it('can be ended while it computes: what it has not answered fails, and nobody is told of a death', async () => {
    const thread = start();
    await thread.call('hear', 'a');
    const unanswered = thread.call('computeForEver');
    const [outcome] = await Promise.all([Promise.allSettled([unanswered]), thread.end()]);
    expect(outcome[0]).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    await expect(thread.call('hear', 'b')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(deaths).toEqual([]);
  });

  it('says that the module could not be loaded', async () => {
    const missing = startThread(moduleBeside('no-such-thread', import.meta.url), (cause) => void deaths.push(cause));
    await expect(missing.call('hear', 'a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(deaths[0]?.message).toContain('no-such-thread');
  });
});
