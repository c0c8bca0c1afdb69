import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  method: string;
  /** As it stands in the request line. */
  path: string;
  headers: Record<string, string>;
  /** Hexadecimal; of the body that came. */
  bodySha256: string;
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** RFC 3986's unreserved characters stay; everything else is encoded, byte by byte. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * What is wrong with a request's AWS Signature Version 4, as an S3 error code; null for nothing. Written from "Authenticating
 * Requests: Using the Authorization Header" of the Amazon S3 API reference; held against its examples in a test.
 */
export function faultOf(request: SignedRequest, keys: Keys, now: Date): string | null {
  const { headers } = request;
  const [, credential = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const [accessKeyId, day, region, service, end] = credential.split('/');
  if (accessKeyId !== keys.accessKeyId) return 'InvalidAccessKeyId';
  const at = headers['x-amz-date'] ?? '';
  const scope = [at.slice(0, 8), keys.region, 's3', 'aws4_request'].join('/');
  if ([day, region, service, end].join('/') !== scope) return 'AuthorizationHeaderMalformed';
  const sentAt = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(now.getTime() - sentAt) <= 15 * 60_000)) return 'RequestTimeTooSkewed';
  const names = signedHeaders.split(';');
  const amazon = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  if (!['host', ...amazon].every((name) => names.includes(name))) return 'AccessDenied';
  const claimed = headers['x-amz-content-sha256'] ?? '';
  if (claimed !== 'UNSIGNED-PAYLOAD' && claimed !== request.bodySha256) return 'XAmzContentSHA256Mismatch';
  const { pathname, searchParams } = new URL(request.path, 'http://bucket');
  const query = [...searchParams].map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`).sort();
  const canonical = [
    request.method,
    pathname
      .split('/')
      .map((part) => uriEncode(decodeURIComponent(part)))
      .join('/'),
    query.join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders,
    claimed,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${keys.secretAccessKey}`);
  return hmac(key, toSign).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
}
