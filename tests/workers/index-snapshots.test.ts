import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import type { MatchIndex } from '../../src/matches/service.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { createMatchIndex } from '../../workers/readers/match-index.ts';
import { createWorld, publishDemand, publishResult, startApi, type TestApi, type World } from '../setup/api.ts';
import { answersOf, caughtUp } from '../setup/match-index.ts';
import { nextTopic } from '../setup/matching.ts';

let api: TestApi;
let world: World;
let folder: string;
let readers: CursorReader[] = [];
const logLines: string[] = [];

beforeAll(async () => {
  api = await startApi({}, { logLines });
  world = await createWorld(api);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duijie-index-'));
  logLines.length = 0;
});
afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.stop()));
  readers = [];
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => api.close());

async function startIndex(where: string | null = folder): Promise<{ index: MatchIndex; reader: CursorReader }> {
  const made = createMatchIndex(api.deps, { folder: where });
  readers.push(made.reader);
  made.reader.start();
  await caughtUp(api, made);
  return made;
}

async function publishTopic(): Promise<{ demandId: string; resultId: string }> {
  const { demand, result } = nextTopic();
  const { id: demandId } = await publishDemand(world.enterprise, world.demandBroker, demand);
  const { id: resultId } = await publishResult(world.university, world.resultBroker, result);
  return { demandId, resultId };
}

/** Runs and stops an index, which leaves its snapshot. */
async function leaveSnapshot(): Promise<void> {
  await publishTopic();
  const { reader } = await startIndex();
  await reader.stop();
  expect(await readdir(folder)).toHaveLength(4);
  logLines.length = 0;
}

function told(text: string): boolean {
  return logLines.some((line) => line.includes(text));
}

async function changeHead(changes: object): Promise<void> {
  const path = join(folder, 'current.json');
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...changes }));
}

async function fileOf(part: string): Promise<string> {
  return join(folder, (await readdir(folder)).find((file) => file.endsWith(`.${part}`)) ?? '');
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length - 100;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

describe('a matching index that is started again', () => {
  it('goes on from its snapshot, and reads what was written meanwhile', async () => {
    const { demandId } = await publishTopic();
    await leaveSnapshot();
    await world.enterprise.post(`/v1/demands/${demandId}/withdraw`);
    await publishTopic();
    const restored = await startIndex();
    expect(told('the matching index is restored from its snapshot')).toBe(true);
    expect(await answersOf(api, restored)).toEqual(await answersOf(api, await startIndex(null)));
  }, 60_000);

  it('reads a whole snapshot when several processes have saved into one folder at once', async () => {
    await publishTopic();
    const before = await Promise.all([startIndex(), startIndex(), startIndex()]);
    await publishTopic();
    await caughtUp(api, ...before);
    await Promise.all(before.map(({ reader }) => reader.stop()));
    const restored = await startIndex();
    expect(told('the matching index is restored from its snapshot')).toBe(true);
    expect(await answersOf(api, restored)).toEqual(await answersOf(api, await startIndex(null)));
  }, 60_000);

  it.each<[reason: string, spoil: () => Promise<void>]>([
    ['does not agree with its checksum', async () => flipByte(await fileOf('demand'))],
    ['does not agree with its checksum', async () => flipByte(await fileOf('neighbours'))],
    ['ends early', async () => truncate(await fileOf('result'), 200)],
    ['cannot be opened', async () => rm(await fileOf('result'))],
    ['cannot be read', () => writeFile(join(folder, 'current.json'), '{"name":')],
    ['was made of other parts of the records', () => changeHead({ contentsVersion: 0 })],
    ['messages since then may be gone', () => changeHead({ takenAtMs: api.clock.now().getTime() - 7 * 86_400_000 })],
    ['it is not of this database', () => changeHead({ messageId: newId() })],
    ['it is not of this database', () => changeHead({ xid: '9000000000000000000' })],
  ])('says why it does not use a snapshot (%s), and is built anew', async (reason, spoil) => {
    await leaveSnapshot();
    await spoil();
    await startIndex();
    expect(told(reason)).toBe(true);
    expect(told('the matching index is built')).toBe(true);
  });
});
