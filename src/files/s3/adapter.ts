import { createReadStream } from 'node:fs';
import type { FileStore } from '../../core/file-store.ts';
import { missingBytes, unavailableStore } from '../errors.ts';
import { isStorageKey, requireStorageKey } from '../rules/storage-keys.ts';
import { Staging } from '../staging.ts';
import { type Bucket, createS3Client, type S3ClientOptions } from './client.ts';

export interface S3Settings extends Bucket {
  /** Before each key: '' or ending in a slash. */
  prefix: string;
}

/** Files in an S3-compatible bucket; uploads are staged in a directory of this machine. */
export function createS3FileStore(
  { prefix, ...bucket }: S3Settings,
  stagingDirectory: string,
  options: S3ClientOptions = {},
): FileStore {
  const staging = new Staging(stagingDirectory);
  const client = createS3Client(bucket, options);
  const nameOf = (key: string) => `${prefix}${requireStorageKey(key)}`;

  return {
    stage: (chunks) => staging.write(chunks),

    async keep(key, { path, sizeBytes, sha256 }) {
      const { body } = await client.send({
        method: 'PUT',
        key: nameOf(key),
        headers: { 'content-length': String(sizeBytes), 'content-type': 'application/octet-stream' },
        body: { open: () => createReadStream(path), sha256 },
        expected: [200],
      });
      await body.dump();
    },

    async open(key, range) {
      const { statusCode, body } = await client.send({
        method: 'GET',
        key: nameOf(key),
        headers: range === null ? {} : { range: `bytes=${range.first}-${range.last}` },
        expected: [range === null ? 200 : 206, 404],
      });
      if (statusCode !== 404) return body;
      await body.dump();
      throw missingBytes(key);
    },

    async remove(key) {
      const { body } = await client.send({ method: 'DELETE', key: nameOf(key), expected: [200, 204, 404] });
      await body.dump();
    },

    async *list() {
      let token: string | null = null;
      do {
        const query: Record<string, string> = { 'list-type': '2', prefix };
        if (token !== null) query['continuation-token'] = token;
        const { body } = await client.send({ method: 'GET', key: '', query, expected: [200] });
        const page = await body.text().catch(unavailableStore);
        for (const [, name = ''] of page.matchAll(/<Key>([^<]*)<\/Key>/g)) {
          if (name.startsWith(prefix) && isStorageKey(name.slice(prefix.length))) yield name.slice(prefix.length);
        }
        token = textOf(page, 'NextContinuationToken');
      } while (token !== null);
    },

    close: client.close,
  };
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function textOf(page: string, element: string): string | null {
  const [, text] = new RegExp(`<${element}>([^<]*)</${element}>`).exec(page) ?? [];
  return text === undefined
    ? null
    : text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '');
}
