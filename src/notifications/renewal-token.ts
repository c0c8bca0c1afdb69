import { createHmac, timingSafeEqual } from 'node:crypto';

/** What the link in a mail that asks "still current?" stands for. */
export interface Renewal {
  kind: 'demand' | 'result';
  recordId: string;
  /** Who was asked, and in whose name the record is kept. */
  userId: string;
  /** The end of the record's term when it was asked; the token ends with it, and with any other term the record gets. */
  validUntil: Date;
}

const kinds = ['demand', 'result'] as const;
const idBytes = 16;
const bodyBytes = 1 + 2 * idBytes + 4;
/** 128 bits cannot be guessed. */
const signatureBytes = 16;

/** Of whole seconds. */
export function renewalToken({ kind, recordId, userId, validUntil }: Renewal, secret: string): string {
  const until = Buffer.alloc(4);
  until.writeUInt32BE(secondsOf(validUntil));
  const body = Buffer.concat([Buffer.from([kinds.indexOf(kind)]), bytesOf(recordId), bytesOf(userId), until]);
  return Buffer.concat([body, sign(body, secret)]).toString('base64url');
}

/** null for one that this installation has not made. */
export function readRenewalToken(token: string, secret: string): Renewal | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== bodyBytes + signatureBytes || bytes.toString('base64url') !== token) return null;
  const body = bytes.subarray(0, bodyBytes);
  if (!timingSafeEqual(bytes.subarray(bodyBytes), sign(body, secret))) return null;
  const kind = kinds[body[0] ?? -1];
  if (kind === undefined) return null;
  const validUntil = new Date(body.readUInt32BE(1 + 2 * idBytes) * 1_000);
  return { kind, recordId: uuidAt(body, 1), userId: uuidAt(body, 1 + idBytes), validUntil };
}

/** Whether the record's term is still the one that was asked about. */
export function asksAbout(renewal: Renewal, validUntil: Date | null): boolean {
  return validUntil !== null && secondsOf(validUntil) === secondsOf(renewal.validUntil);
}

function secondsOf(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function uuidAt(body: Buffer, at: number): string {
  const hex = body.toString('hex', at, at + idBytes);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The secret signs other links of mails, too: what a link is for is signed with it. */
function sign(body: Buffer, secret: string): Buffer {
  const signed = createHmac('sha256', Buffer.from(secret, 'hex')).update('renewal\0').update(body);
  return signed.digest().subarray(0, signatureBytes);
}
