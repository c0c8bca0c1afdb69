import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FileStore } from '../../../src/core/file-store.ts';
import { newId } from '../../../src/core/ids.ts';
import { createDiskFileStore } from '../../../src/files/local-disk.ts';
import { storageKeyOf } from '../../../src/files/rules/storage-keys.ts';
import { createS3FileStore } from '../../../src/files/s3/adapter.ts';
import { startBucket, type TestBucket } from '../../setup/s3/server.ts';
import { faultOf } from '../../setup/s3/signature.ts';

let directory: string;
let bucket: TestBucket;
const stores: FileStore[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'duijie-files-'));
  bucket = await startBucket();
});
afterEach(() => {
  bucket.failures.length = 0;
});
afterAll(async () => {
  for (const store of stores) store.close?.();
  await bucket.close();
  await rm(directory, { recursive: true });
});

function onS3(prefix: string, secretAccessKey = bucket.keys.secretAccessKey): FileStore {
  const settings = { ...bucket.keys, url: bucket.url, prefix, secretAccessKey };
  const store = createS3FileStore(settings, join(directory, 'uploads'), { timeoutMs: 150, retryDelayMs: 1 });
  stores.push(store);
  return store;
}

const kinds = {
  'a local disk': () => createDiskFileStore(join(directory, newId())),
  'an S3-compatible bucket': () => onS3(`${newId()}/`),
};

const newKey = () => storageKeyOf(newId(), new Date('2026-11-22T10:00:00Z'));

async function* inChunks(bytes: Buffer, chunkBytes = 100_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function kept(store: FileStore, bytes: Buffer): Promise<string> {
  const key = newKey();
  const staged = await store.stage(inChunks(bytes));
  await store.keep(key, staged);
  await staged.discard();
  return key;
}

async function keysOf(store: FileStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list()) keys.push(key);
  return keys.sort();
}

describe.each(Object.entries(kinds))('%s', (_kind, make) => {
  it('gives back what was put, whole and in ranges, and knows its size and hash', async () => {
    const store = make();
    const bytes = randomBytes(350_001);
    const staged = await store.stage(inChunks(bytes));
    expect(staged.sizeBytes).toBe(bytes.length);
    expect(staged.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await staged.read(350_000, 100)).toEqual(bytes.subarray(350_000));
    const key = newKey();
    await store.keep(key, staged);
    await staged.discard();
    expect((await buffer(await store.open(key, null))).equals(bytes)).toBe(true);
    for (const [first, last] of [
      [0, 0],
      [0, 350_000],
      [99_999, 100_000],
      [350_000, 350_000],
    ] as const) {
      expect((await buffer(await store.open(key, { first, last }))).equals(bytes.subarray(first, last + 1))).toBe(true);
    }
  });

  it('lists what it has, over several pages, until it is removed', async () => {
    const store = make();
    const keys: string[] = [];
    for (let at = 0; at < 7; at += 1) keys.push(await kept(store, Buffer.from([at])));
    expect(await keysOf(store)).toEqual(keys.sort());
    const [gone = '', ...left] = keys;
    await store.remove(gone);
    await store.remove(gone);
    expect(await keysOf(store)).toEqual(left);
    await expect(store.open(gone, null)).rejects.toThrow(gone);
  });

  it('has nothing of what broke off, or was staged and not kept', async () => {
    const store = make();
    async function* breaking() {
      yield Buffer.from('half');
      throw new Error('the line went dead');
    }
    await expect(store.stage(breaking())).rejects.toThrow('the line went dead');
    await (await store.stage(inChunks(Buffer.from('whole')))).discard();
    expect(await keysOf(store)).toEqual([]);
    const names = await readdir(directory, { recursive: true, withFileTypes: true });
    const staged = names.filter((entry) => entry.isFile() && /(staging|uploads)$/.test(entry.parentPath));
    expect(staged).toEqual([]);
  });

  it('takes no key that leads elsewhere', async () => {
    const store = make();
    for (const key of ['../../etc/passwd', '2026-11-22/../../x', 'staging/x', '', '/etc/passwd'])
      await expect(store.open(key, null)).rejects.toThrow('not a key');
  });
});

describe('the local disk', () => {
  it('is for its own user alone, and forgets at the start what a crash left staged a day ago', async () => {
    const root = join(directory, newId());
    const store = createDiskFileStore(root);
    const key = await kept(store, Buffer.from('x'));
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, key))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, key.slice(0, 10)))).mode & 0o777).toBe(0o700);
    const old = join(root, 'staging', newId());
    const young = join(root, 'staging', newId());
    for (const path of [old, young]) await writeFile(path, 'half');
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    await utimes(old, twoDaysAgo, twoDaysAgo);
    createDiskFileStore(root);
    expect((await readdir(join(root, 'staging'))).map((name) => join(root, 'staging', name))).toEqual([young]);
  });

  it('that cannot be written is an outage, not a fault of the client', async () => {
    const root = join(directory, newId());
    const store = createDiskFileStore(root);
    const staged = await store.stage(inChunks(Buffer.from('x')));
    await writeFile(join(root, '2026-11-22'), 'in the way');
    await expect(store.keep(newKey(), staged)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await staged.discard();
    await rm(join(root, 'staging'), { recursive: true });
    await expect(store.stage(inChunks(Buffer.from('x')))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a bucket', () => {
  it.each(['status-500', 'reset'] as const)(
    'that answers with %s is asked again, and away after the third time',
    async (failure) => {
      const store = onS3('');
      const staged = await store.stage(inChunks(Buffer.from('内容')));
      const key = newKey();
      bucket.failures.push(failure, failure);
      await store.keep(key, staged);
      expect(bucket.objects.get(key)?.toString()).toBe('内容');
      bucket.failures.push(failure, failure);
      expect((await buffer(await store.open(key, null))).toString()).toBe('内容');
      bucket.failures.push(failure, failure, failure);
      await expect(store.open(key, null)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      bucket.failures.push(failure, failure, failure);
      await expect(store.keep(newKey(), staged)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await store.remove(key);
      await staged.discard();
    },
  );

  it('that says nothing is asked again', async () => {
    const store = onS3('');
    bucket.requests.length = 0;
    bucket.failures.push('hang');
    await store.remove(newKey());
    expect(bucket.requests).toHaveLength(2);
  });

  it('that refuses is asked once, and says why in the log, without the secret', async () => {
    const store = onS3('');
    bucket.requests.length = 0;
    bucket.failures.push('status-403');
    const refused = await store.remove(newKey()).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'UNAVAILABLE' });
    expect(String((refused as Error).cause)).toContain('403 AccessDenied');
    expect(bucket.requests).toHaveLength(1);
    const stranger = onS3('', 'another secret');
    const unsigned = await stranger.remove(newKey()).catch((error: unknown) => error);
    expect(String((unsigned as Error).cause)).toContain('SignatureDoesNotMatch');
    expect(String((unsigned as Error).cause)).not.toContain('another secret');
  });

  it('that breaks off in the middle of a download breaks the download, and does not end it early', async () => {
    const store = onS3('');
    const key = await kept(store, randomBytes(200_000));
    bucket.failures.push('cut');
    await expect(store.open(key, null).then(buffer)).rejects.toThrow();
    await store.remove(key);
  });

  it('may hold what is not ours: it is not listed', async () => {
    const store = onS3('ours/');
    bucket.objects.set('theirs/x', Buffer.from('x')).set('ours/readme.txt', Buffer.from('x'));
    const key = await kept(store, Buffer.from('x'));
    expect(await keysOf(store)).toEqual([key]);
    expect(bucket.objects.has(`ours/${key}`)).toBe(true);
  });
});

it('the double verifies signatures as Amazon does: its own examples pass, and with a letter changed fail', () => {
  const keys = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  };
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const at = new Date('2013-05-24T00:00:00Z');
  const credential = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';
  const get = {
    method: 'GET',
    path: '/test.txt',
    headers: {
      host: 'examplebucket.s3.amazonaws.com',
      range: 'bytes=0-9',
      'x-amz-content-sha256': empty,
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
    },
    bodySha256: empty,
  };
  const list = {
    method: 'GET',
    path: '/?max-keys=2&prefix=J',
    headers: {
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-content-sha256': empty,
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7`,
    },
    bodySha256: empty,
  };
  for (const request of [get, list]) expect(faultOf(request, keys, at)).toBeNull();
  expect(faultOf({ ...get, path: '/test.txu' }, keys, at)).toBe('SignatureDoesNotMatch');
  expect(faultOf(get, { ...keys, secretAccessKey: 'x' }, at)).toBe('SignatureDoesNotMatch');
  expect(faultOf({ ...get, bodySha256: 'other' }, keys, at)).toBe('XAmzContentSHA256Mismatch');
  expect(faultOf(get, keys, new Date('2013-05-24T00:16:00Z'))).toBe('RequestTimeTooSkewed');
});
