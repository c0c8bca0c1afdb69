import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { director, samplePassword } from '../../workers/demo/cast.ts';
import { readSample } from '../../workers/demo/sample.ts';
import { displayWidth } from '../../workers/demo/table.ts';
import { Client, eventually } from './client.ts';
import { freePort } from './program.ts';

const project = resolve(import.meta.dirname, '../..');
/** Made by the demo: nothing has prepared it. */
const dataDir = join(tmpdir(), `duijie-demo-${randomUUID()}`);
const timeoutMs = 240_000;

afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** `npm run demo -- --once` without the build: a process of its own, with LANG unset. */
async function runDemo(
  environment: Record<string, string> = {},
): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'workers/demo.ts', '--once'], {
    cwd: project,
    env: { PATH: process.env.PATH, TMPDIR: tmpdir(), DATA_DIR: dataDir, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: status as number | null, out, err };
}

async function processesOn(directory: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args'], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split('\n').filter((line) => line.includes(directory));
}

it('the demo loads the sample, tells the story of the indium to the joint project on one screen, and leaves nothing running', {
  timeout: timeoutMs,
}, async () => {
  const { status, out, err } = await runDemo();
  expect({ status, err }).toEqual({ status: 0, err: expect.stringContaining('demands 需求 63/63') });

  const lines = out.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.filter((line) => displayWidth(line) > 110)).toEqual([]);

  const cells = lines.map((line) => line.split('│').map((cell) => cell.trim()));
  const told = cells.filter(
    (row) => row.length === 3 && /^(enterprise|university|broker|workers)\b/.test(row[0] ?? ''),
  );
  const story = told.filter((row) => !row[1]?.includes('@') || row[1].startsWith('sees'));
  expect(story.map((row) => row[2])).toEqual([
    'submitted',
    'published',
    'submitted',
    'published',
    'suggested',
    'shortlisted',
    'open',
    'open',
    'accepted',
    'disclosed 披露',
    'disclosed 披露',
    'forming',
  ]);
  expect(story[0]?.[1]).toContain('粗铟只能卖四个九');
  expect(story[4]?.[1]).toMatch(/4 inboxes 通知 in \d+ ms/);
  // Each party sees the other's contact, not its own.
  expect(story[9]?.[1]).toContain('zengyw@zhongnan-metallurgy.example');
  expect(story[10]?.[1]).toContain('tanzy@xiangyin-metals.example');
  expect(story[11]?.[1]).toMatch(/P\d{4}-430200-\d{6}/);

  const signIns = cells.filter((row) => row[1]?.includes('@') && !row[1].startsWith('sees'));
  expect(signIns.map((row) => row[0]?.split(' ').slice(0, 2).join(' '))).toEqual([
    'administrator 平台管理员',
    'director 市场主任',
    'broker 经纪人',
    'broker 经纪人',
    'enterprise member',
    'university member',
    'transfer office',
    'government officer',
  ]);
  expect(signIns.every((row) => row[2] !== '')).toBe(true);
  expect(out).toMatch(/http:\/\/localhost:\d+\/docs .*http:\/\/localhost:\d+\/openapi\.json/);

  expect(existsSync(join(dataDir, 'demo', 'postgres', 'PG_VERSION'))).toBe(true);
  expect(existsSync(join(dataDir, 'demo', 'postgres', 'postmaster.pid'))).toBe(false);
  expect(await processesOn(dataDir)).toEqual([]);
});

it('a second run finds the sample there and tells the next known pair', { timeout: timeoutMs }, async () => {
  const { status, out } = await runDemo();
  expect(status).toBe(0);
  expect(out).toContain('there already');
  expect(out).toContain('this is the next known pair');
  expect(out).not.toContain('粗铟');
  expect(out).toMatch(/joint project 立项 P.*│ forming/);
  expect(await processesOn(dataDir)).toEqual([]);
});

it('the program on the demo’s data has the right result first, over HTTP, for at least three in four known pairs', {
  timeout: timeoutMs,
}, async () => {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'workers/in-process.ts'], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      DATA_DIR: join(dataDir, 'demo'),
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    const outside = new Client(`http://127.0.0.1:${port}`);
    await eventually(
      'the start',
      () => outside.get('/readyz').catch(() => null),
      (reply) => reply?.status === 200,
      60,
    );
    const session = await outside.send('POST', '/v1/sessions', { email: director.email, password: samplePassword });
    const reader = outside.as(session.body.token);
    const idByTitle = new Map<string, string>();
    for (let cursor = ''; ; ) {
      const { body } = await reader.get(`/v1/demands?view=desk&limit=100${cursor}`);
      for (const demand of body.items) idByTitle.set(demand.title, demand.id);
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    const { pairs } = readSample();
    let right = 0;
    for (const pair of pairs) {
      const { body } = await reader.get(`/v1/demands/${idByTitle.get(pair.demand.title)}/matches?limit=1`);
      if (body.items[0]?.result.title === pair.result.title) right += 1;
    }
    console.info(`right result first over HTTP: ${right} of ${pairs.length} pairs`);
    expect(right / pairs.length).toBeGreaterThanOrEqual(0.75);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

it('a port that is taken is answered with the variable to set', { timeout: timeoutMs }, async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  try {
    const port = String((taken.address() as AddressInfo).port);
    const { status, err } = await runDemo({ PORT: port, HOST: '127.0.0.1' });
    expect(status).toBe(78);
    expect(err).toContain(`PORT ${port} is in use: set PORT to another one`);
    expect(await processesOn(dataDir)).toEqual([]);
  } finally {
    taken.close();
  }
});
