import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { faultOf, type Keys } from './signature.ts';

/** How a request is answered wrongly: with a status, not at all, with a cut connection, or cut in its middle. */
export type S3Failure = 'status-500' | 'status-403' | 'hang' | 'reset' | 'cut';

export interface TestBucket {
  /** With the path of the bucket. */
  url: string;
  keys: Keys;
  /** Objects by their keys. */
  objects: Map<string, Buffer>;
  /** What came, as `PUT key`. */
  requests: string[];
  /** Answers to come, in this order; then all is well. */
  failures: S3Failure[];
  close(): Promise<void>;
}

const name = 'test-bucket';
const pageSize = 3;

/** A bucket over HTTP, as far as Duijie uses one; every signature is verified. Pages of its list hold three keys. */
export async function startBucket(): Promise<TestBucket> {
  const objects: TestBucket['objects'] = new Map();
  const requests: string[] = [];
  const failures: S3Failure[] = [];
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/with+signs', region: 'cn-test-1' };

  async function take(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of raw) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { pathname, searchParams } = new URL(raw.url ?? '/', 'http://bucket');
    const key = decodeURIComponent(pathname.slice(`/${name}/`.length));
    const method = raw.method ?? '';
    requests.push(`${method} ${key}`);
    const failure = failures.shift();
    if (failure === 'hang') return;
    if (failure === 'reset') return void raw.socket.resetAndDestroy();
    if (failure === 'status-500') return fail(response, 500, 'InternalError');
    if (failure === 'status-403') return fail(response, 403, 'AccessDenied');
    const fault = faultOf(
      {
        method,
        path: raw.url ?? '/',
        headers: Object.fromEntries(Object.entries(raw.headers).map(([header, value]) => [header, String(value)])),
        bodySha256: createHash('sha256').update(body).digest('hex'),
      },
      keys,
      new Date(),
    );
    if (fault !== null) return fail(response, 403, fault);
    if (!pathname.startsWith(`/${name}/`) || (key === '' && searchParams.get('list-type') !== '2'))
      return fail(response, 404, 'NoSuchBucket');
    if (key === '') {
      list(response, searchParams);
      return;
    }
    if (method === 'PUT') {
      objects.set(key, body);
      return void response.writeHead(200).end();
    }
    if (method === 'DELETE') {
      objects.delete(key);
      return void response.writeHead(204).end();
    }
    const object = objects.get(key);
    if (object === undefined) return fail(response, 404, 'NoSuchKey');
    send(response, object, raw.headers.range, failure === 'cut');
  }

  function list(response: ServerResponse, query: URLSearchParams): void {
    const after = query.get('continuation-token') ?? '';
    const found = [...objects.keys()].sort().filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after);
    const page = found.slice(0, pageSize);
    const next = found.length > pageSize ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><ListBucketResult>${contents}${next}</ListBucketResult>`);
  }

  const server = createServer((raw, response) => void take(raw, response).catch(() => raw.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${name}`,
    keys,
    objects,
    requests,
    failures,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, object: Buffer, range: string | undefined, isCut: boolean): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const bytes = from === undefined ? object : object.subarray(Number(from), Number(to) + 1);
  response.writeHead(from === undefined ? 200 : 206, { 'content-length': bytes.length });
  if (!isCut) return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.resetAndDestroy());
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}
