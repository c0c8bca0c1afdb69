import { AwsV4Signer } from 'aws4fetch';
import { Agent, type Dispatcher, request } from 'undici';
import { unavailableStore } from '../errors.ts';

export interface Bucket {
  /** With the bucket in its host or path; no slash at the end. */
  url: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface S3ClientOptions {
  /** How long a server may be silent. */
  timeoutMs?: number;
  /** Before the second attempt; twice as long before the third. */
  retryDelayMs?: number;
}

interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE';
  /** Within the bucket; '' for the bucket itself. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Made anew for each attempt, with the hash that is signed for it. */
  body?: { open(): NodeJS.ReadableStream & Dispatcher.DispatchOptions['body']; sha256: string };
  /** Statuses that are answers; any other is a fault. */
  expected: readonly number[];
}

export interface S3Client {
  send(request: S3Request): Promise<Dispatcher.ResponseData>;
  close(): void;
}

const attempts = 3;
/** The SHA-256 of nothing. */
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Requests to one bucket, signed by AWS Signature Version 4, bodies included. What a server or network is to blame for is
 * asked for three times: every request here may be repeated.
 * @throws AppError UNAVAILABLE
 */
export function createS3Client(bucket: Bucket, options: S3ClientOptions = {}): S3Client {
  const { timeoutMs = 15_000, retryDelayMs = 250 } = options;
  const dispatcher = new Agent({
    connect: { timeout: Math.min(timeoutMs, 5_000) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const { region, accessKeyId, secretAccessKey } = bucket;

  async function attempt({ method, key, query, headers, body, expected }: S3Request): Promise<Dispatcher.ResponseData> {
    const url = new URL(`${bucket.url}/${key}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, 'x-amz-content-sha256': body?.sha256 ?? emptySha256 },
      region,
      service: 's3',
      accessKeyId,
      secretAccessKey,
    });
    const signed = await signer.sign();
    const response = await request(signed.url, {
      dispatcher,
      method,
      headers: Object.fromEntries(signed.headers),
      ...(body === undefined ? {} : { body: body.open() }),
    });
    if (expected.includes(response.statusCode)) return response;
    throw new S3Fault(method, response.statusCode, await codeIn(response));
  }

  return {
    async send(s3Request) {
      for (let at = 1; ; at += 1) {
        try {
          return await attempt(s3Request);
        } catch (error) {
          if (at === attempts || (error instanceof S3Fault && !error.isPassing)) unavailableStore(error);
          await new Promise((resolve) => setTimeout(resolve, retryDelayMs * 2 ** (at - 1)));
        }
      }
    },
    close: () => void dispatcher.destroy(),
  };
}

/** Carries the server's own code, which says what to put right: AccessDenied, NoSuchBucket, SignatureDoesNotMatch … */
class S3Fault extends Error {
  readonly isPassing: boolean;

  constructor(method: string, status: number, code: string) {
    super(`${method} in the bucket of STORAGE_URL was answered with ${status} ${code}`);
    this.isPassing = status >= 500 || status === 429;
  }
}

async function codeIn(response: Dispatcher.ResponseData): Promise<string> {
  const text = await response.body.text().catch(() => '');
  return /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? '';
}
