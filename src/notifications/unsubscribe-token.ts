import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Category, categories, type DigestMode } from './categories.ts';

/** What a link in a mail ends: mails of one category, or a digest with all categories that come in it. */
export type Subscription = Category | DigestMode;

/** By the byte that stands for each in a token: mails that were sent keep theirs, so new ones are added at the end. */
const subscriptions: readonly Subscription[] = [
  'introductions',
  'suggestions',
  'projects',
  'records',
  'savedSearches',
  'organization',
  'daily',
  'weekly',
];

const idBytes = 16;
/** 128 bits cannot be guessed. */
const signatureBytes = 16;

/** The same for every mail to this person of this kind. */
export function unsubscribeToken(userId: string, subscription: Subscription, secret: string): string {
  const id = Buffer.from(userId.replaceAll('-', ''), 'hex');
  const body = Buffer.concat([id, Buffer.from([subscriptions.indexOf(subscription)])]);
  return Buffer.concat([body, sign(body, secret)]).toString('base64url');
}

/** Whose mail of which kind a token ends; null for one that this installation has not made. */
export function readUnsubscribeToken(
  token: string,
  secret: string,
): { userId: string; subscription: Subscription } | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== idBytes + 1 + signatureBytes || bytes.toString('base64url') !== token) return null;
  const body = bytes.subarray(0, idBytes + 1);
  if (!timingSafeEqual(bytes.subarray(idBytes + 1), sign(body, secret))) return null;
  const subscription = subscriptions[body[idBytes] ?? -1];
  if (subscription === undefined) return null;
  const userId = body.toString('hex', 0, idBytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { userId, subscription };
}

export function isCategory(subscription: Subscription): subscription is Category {
  return (categories as readonly Subscription[]).includes(subscription);
}

function sign(body: Buffer, secret: string): Buffer {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(body).digest().subarray(0, signatureBytes);
}
