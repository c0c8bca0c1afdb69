import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connected, codeOf, connect } from './connect.ts';

describe('the tasks of the test double of Meilisearch', () => {
  let double: Connected;

  beforeEach(async () => {
    double = await connect();
    await double.client.createIndex('a', { primaryKey: 'id' }).waitTask();
  });

  afterEach(async () => {
    await double.close();
  });

  const statusOf = async (uid: number) => (await double.client.tasks.getTask(uid)).status;

  it('accepts a write with 202 and the task in short', async () => {
    const { status, body } = await double.raw('POST', '/indexes/a/documents?customMetadata=outbox-7', [{ id: 1 }]);
    expect(status).toBe(202);
    expect(body).toEqual({
      taskUid: 1,
      indexUid: 'a',
      status: 'enqueued',
      type: 'documentAdditionOrUpdate',
      enqueuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/u),
      customMetadata: 'outbox-7',
    });
  });

  it('tells a finished task with its counts, its batch and its times', async () => {
    const task = await double.client
      .index('a')
      .addDocuments([{ id: 1 }, { id: 2 }])
      .waitTask();
    expect(task).toEqual({
      uid: 1,
      batchUid: 1,
      indexUid: 'a',
      status: 'succeeded',
      type: 'documentAdditionOrUpdate',
      canceledBy: null,
      details: { receivedDocuments: 2, indexedDocuments: 2 },
      error: null,
      duration: expect.stringMatching(/^PT[\d.]+S$/u),
      enqueuedAt: expect.any(String),
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
  });

  it('has no counts and times yet for a task that waits, and none but the start for one in work', async () => {
    double.control.hold();
    const { taskUid } = await double.client.index('a').addDocuments([{ id: 1 }]);
    const waiting = await double.client.tasks.getTask(taskUid);
    expect(waiting).toMatchObject({
      status: 'enqueued',
      batchUid: null,
      startedAt: null,
      finishedAt: null,
      duration: null,
    });
    expect(waiting.details).toEqual({ receivedDocuments: 1, indexedDocuments: null });
    double.control.hold('processing');
    await double.client.index('a').addDocuments([{ id: 2 }]);
    await expect.poll(() => statusOf(taskUid)).toBe('processing');
    expect(await double.client.tasks.getTask(taskUid)).toMatchObject({
      batchUid: 1,
      startedAt: expect.any(String),
      finishedAt: null,
    });
    expect((await double.client.index('a').getStats()).isIndexing).toBe(true);
    double.control.release();
    expect((await double.client.tasks.waitForTask(taskUid)).status).toBe('succeeded');
    expect((await double.client.index('a').getStats()).isIndexing).toBe(false);
  });

  it('does not show a write before its task has ended', async () => {
    double.control.hold();
    const { taskUid } = await double.client.index('a').addDocuments([{ id: 1 }]);
    expect((await double.client.index('a').search('')).hits).toEqual([]);
    double.control.release();
    await double.client.tasks.waitForTask(taskUid);
    expect((await double.client.index('a').search('')).hits).toEqual([{ id: 1 }]);
  });

  it('works tasks off in the order of their arrival', async () => {
    double.control.hold();
    const index = double.client.index('a');
    await index.addDocuments([{ id: 1, text: 'first' }]);
    await index.deleteDocuments(['1']);
    const last = await index.addDocuments([{ id: 1, text: 'last' }]);
    double.control.release();
    await double.client.tasks.waitForTask(last);
    expect((await index.getDocuments()).results).toEqual([{ id: 1, text: 'last' }]);
  });

  it('does following writes of documents of one index as one batch, ended by any other task', async () => {
    double.control.hold();
    const index = double.client.index('a');
    await index.addDocuments([{ id: 1 }]);
    await index.updateDocuments([{ id: 2 }]);
    await double.client.index('b').addDocuments([{ id: 1 }]);
    await index.deleteDocuments(['1']);
    await index.updateSettings({ stopWords: ['x'] });
    await index.updateSettings({ stopWords: ['y'] });
    await index.addDocuments([{ id: 3 }]);
    const last = await index.deleteDocuments({ filter: 'id = 1' });
    double.control.release();
    await double.client.tasks.waitForTask(last);
    const tasks = (await double.client.tasks.getTasks({ reverse: true, from: 1 })).results;
    expect(tasks.map(({ batchUid }) => batchUid)).toEqual([1, 1, 2, 1, 3, 3, 4, 5]);
  });

  it('fails a task with the error in it, with 202 all the same and counts of 0', async () => {
    const task = await double.client
      .index('a')
      .addDocuments([{ id: 1 }, { id: 'a b' }])
      .waitTask();
    expect(task).toMatchObject({
      status: 'failed',
      details: { receivedDocuments: 2, indexedDocuments: 0 },
      error: {
        code: 'invalid_document_id',
        type: 'invalid_request',
        link: 'https://docs.meilisearch.com/errors#invalid_document_id',
      },
    });
  });

  it('fails the next task on demand, or the next of a type', async () => {
    double.control.failNextTask('no_space_left_on_device', { type: 'documentDeletion' });
    const index = double.client.index('a');
    expect((await index.addDocuments([{ id: 1 }]).waitTask()).status).toBe('succeeded');
    const failed = await index.deleteAllDocuments().waitTask();
    expect([failed.error?.code, failed.error?.type]).toEqual(['no_space_left_on_device', 'system']);
    expect((await index.deleteAllDocuments().waitTask()).details?.deletedDocuments).toBe(1);
    double.control.failNextTask('internal');
    expect((await index.addDocuments([{ id: 1 }]).waitTask()).error?.code).toBe('internal');
  });

  it('lists tasks newest first, by filters, with where the next page begins', async () => {
    const index = double.client.index('a');
    await index.addDocuments([{ id: 1 }]).waitTask();
    await index.addDocuments([{ id: 'a b' }]).waitTask();
    await double.client.createIndex('b').waitTask();
    const { tasks } = double.client;
    expect(await tasks.getTasks({ limit: 2 })).toMatchObject({ total: 4, limit: 2, from: 3, next: 1 });
    expect(await tasks.getTasks({ limit: 2, from: 1 })).toMatchObject({ total: 4, from: 1, next: null });
    const uids = async (...parts: Parameters<typeof tasks.getTasks>) =>
      (await tasks.getTasks(...parts)).results.map(({ uid }) => uid);
    expect(await uids({ statuses: ['failed'] })).toEqual([2]);
    expect(await uids({ types: ['indexCreation'], indexUids: ['b', 'c'] })).toEqual([3]);
    expect(await uids({ uids: [0, 2], reverse: true })).toEqual([0, 2]);
    expect(await uids({ statuses: ['enqueued', 'processing'] })).toEqual([]);
    expect(await uids({ indexUids: ['*'], beforeFinishedAt: '2020-01-01' })).toEqual([]);
    expect((await double.raw('GET', '/tasks?statuses=done')).body.code).toBe('invalid_task_statuses');
    expect((await double.raw('GET', '/tasks?uids=x')).body.code).toBe('invalid_task_uids');
    expect((await double.raw('GET', '/tasks/99')).body.code).toBe('task_not_found');
  });

  it('cancels tasks that wait, ahead of them all', async () => {
    double.control.hold();
    const index = double.client.index('a');
    const doomed = await index.addDocuments([{ id: 1 }]);
    const spared = await double.client.createIndex('b');
    const task = await double.client.tasks.cancelTasks({ uids: [doomed.taskUid] }).waitTask();
    expect(task).toMatchObject({
      status: 'succeeded',
      indexUid: null,
      details: { matchedTasks: 1, canceledTasks: 1, originalFilter: `?uids=${doomed.taskUid}` },
    });
    expect(await double.client.tasks.getTask(doomed.taskUid)).toMatchObject({
      status: 'canceled',
      canceledBy: task.uid,
      details: { receivedDocuments: 1, indexedDocuments: 0 },
    });
    expect(await statusOf(spared.taskUid)).toBe('enqueued');
    double.control.release();
    await double.client.tasks.waitForTask(spared);
    expect((await index.getStats()).numberOfDocuments).toBe(0);
  });

  it('cancels a task in work', async () => {
    double.control.hold('processing');
    const doomed = await double.client.index('a').addDocuments([{ id: 1 }]);
    await expect.poll(() => statusOf(doomed.taskUid)).toBe('processing');
    await double.client.tasks.cancelTasks({ statuses: ['processing'] }).waitTask();
    expect(await statusOf(doomed.taskUid)).toBe('canceled');
  });

  it('deletes finished tasks, ahead of those that wait, and does not know them any more', async () => {
    const index = double.client.index('a');
    await index.addDocuments([{ id: 1 }]).waitTask();
    const task = await double.client.tasks.deleteTasks({ statuses: ['succeeded', 'enqueued'] }).waitTask();
    expect(task.details).toMatchObject({ matchedTasks: 2, deletedTasks: 2 });
    expect(await codeOf(double.client.tasks.getTask(0))).toBe('task_not_found');
    expect((await double.client.tasks.getTasks()).results.map(({ uid }) => uid)).toEqual([task.uid]);
  });

  it('neither cancels nor deletes without saying which', async () => {
    for (const [method, path] of [
      ['POST', '/tasks/cancel'],
      ['DELETE', '/tasks'],
    ] as const)
      expect((await double.raw(method, path)).body.code).toBe('missing_task_filters');
    expect((await double.raw('POST', '/tasks/cancel?uids=*')).status).toBe(200);
  });

  it('deletes its oldest finished tasks when there are too many', async () => {
    const small = await connect({ retention: { limit: 5, drop: 3 } });
    for (let at = 0; at < 6; at += 1) await small.client.createIndex(`i${at}`).waitTask();
    await expect.poll(async () => (await small.client.tasks.getTasks({ types: ['taskDeletion'] })).total).toBe(1);
    await small.client.tasks.waitForTask(6);
    expect(await codeOf(small.client.tasks.getTask(2))).toBe('task_not_found');
    expect((await small.client.tasks.getTask(3)).status).toBe('succeeded');
    await small.close();
  });
});
