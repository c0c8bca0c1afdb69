import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DiskSettings {
  /** Absolute. */
  directory: string;
}

export interface S3Settings {
  /** Of the bucket: it stands in the host or the path. */
  url: string;
  region: string;
  /** Before each key: '' or ending in a slash. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
}

interface StorageVariables {
  DATA_DIR: string;
  STORAGE_URL?: string;
  S3_ACCESS_KEY_ID?: string;
  S3_SECRET_ACCESS_KEY?: string;
}

/** Where files are kept; or the name of the variable that is wrong. */
export function storageIn(variables: StorageVariables): DiskSettings | S3Settings | keyof StorageVariables {
  const { STORAGE_URL: address, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = variables;
  const isBucket = address?.startsWith('s3:') === true;
  if ((accessKeyId !== undefined) !== isBucket) return 'S3_ACCESS_KEY_ID';
  if ((secretAccessKey !== undefined) !== isBucket) return 'S3_SECRET_ACCESS_KEY';
  if (address === undefined) return { directory: resolve(variables.DATA_DIR, 'files') };
  try {
    const url = new URL(address);
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return { ...bucketIn(url), accessKeyId, secretAccessKey };
    }
    if (url.search === '' && url.hash === '' && url.host === '') return { directory: fileURLToPath(url) };
  } catch {
    // Told below.
  }
  return 'STORAGE_URL';
}

/** @throws Error for an endpoint that is no address, or a parameter that nobody reads */
function bucketIn(url: URL): Pick<S3Settings, 'url' | 'region' | 'prefix'> {
  const {
    endpoint,
    region = 'us-east-1',
    style = endpoint === undefined ? 'host' : 'path',
    ...others
  } = Object.fromEntries(url.searchParams) as Record<string, string>;
  if (Object.keys(others).length > 0 || !/^(path|host)$/.test(style) || !/^[a-z0-9-]+$/.test(region)) {
    throw new Error('not a bucket');
  }
  const base = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  if (!/^https?:$/.test(base.protocol) || base.search !== '' || base.username !== '')
    throw new Error('not an endpoint');
  const path = base.pathname.replace(/\/$/, '');
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  return {
    url:
      style === 'host'
        ? `${base.protocol}//${url.host}.${base.host}${path}`
        : `${base.protocol}//${base.host}${path}/${url.host}`,
    region,
    prefix: prefix === '' ? '' : `${prefix}/`,
  };
}
