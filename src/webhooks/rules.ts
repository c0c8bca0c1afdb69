import { type MessageType, subscriptions } from '../core/messages.ts';

export const maxWebhooks = 20;
export const maxUrlLength = 2_000;

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Of messages to one person alone, in matters that their organization does not see. */
const personal: ReadonlySet<string> = new Set<MessageType>(['search.matched']);

/** What endpoints are told of: all that becomes notices to an organization's people as such. */
export const eventTypes = Object.entries(subscriptions)
  .filter(([type, handlers]) => (handlers as readonly string[]).includes('notify') && !personal.has(type))
  .map(([type]) => type as MessageType);

const known: ReadonlySet<string> = new Set(eventTypes);

export function isEventType(type: string): boolean {
  return known.has(type);
}

/** The first try is at once; then so long after each that failed. Standard Webhooks 1.0.0, "Retry schedule". */
const pausesMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const;
const longestPauseMs = 24 * hourMs;

/** Ten tries over some 75 hours. Up to a fifth is added to each pause, so that what failed together does not come back together. */
export const webhookRetries = {
  maxAttempts: pausesMs.length + 1,
  delayMs(attempts: number, random: () => number): number {
    return Math.round((pausesMs[attempts - 1] ?? longestPauseMs) * (1 + 0.2 * random()));
  },
};

/**
 * Seconds that a server asks to be left alone for: Retry-After as RFC 9110, 10.2.3 has it, in seconds or as a date. At
 * most a day; null where it says nothing that can be read.
 */
export function retryAfterSeconds(header: string | null, now: Date): number | null {
  if (header === null) return null;
  const seconds = /^\d{1,9}$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now.getTime()) / secondMs;
  if (Number.isNaN(seconds)) return null;
  return Math.min(Math.max(Math.ceil(seconds), 0), longestPauseMs / secondMs);
}

/** What a server that cannot take more just now answers; then, and only then, Retry-After counts. */
export function isAskingForTime(statusCode: number | null): boolean {
  return statusCode === 429 || statusCode === 503;
}

const patienceMs = 5 * dayMs;

/** An endpoint is turned off that has failed for five days on end, and at least as often as one message is tried. */
export function isGivenUp(failing: { since: Date; count: number }, now: Date): boolean {
  return now.getTime() - failing.since.getTime() >= patienceMs && failing.count >= webhookRetries.maxAttempts;
}

export const rotationMs = dayMs;
/** Of one endpoint, where somebody rotates again and again within a day. */
const maxSignatures = 5;

/**
 * The secrets that sign now, newest first: the newest, and each that was replaced less than a day ago.
 * @param secrets newest first
 */
export function secretsInForce<Secret extends { createdAt: Date }>(secrets: readonly Secret[], now: Date): Secret[] {
  return secrets
    .filter((_, at) => {
      const next = secrets[at - 1];
      return next === undefined || now.getTime() - next.createdAt.getTime() < rotationMs;
    })
    .slice(0, maxSignatures);
}

/** Days that the log of a delivery is kept, and so can be sent again. */
export const logDays = 30;

/** The value of `webhook-id`: the same for every try and replay. */
export function webhookIdOf(messageId: string): string {
  return `msg_${messageId}`;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'dropped';

/**
 * What has become of a delivery. One that is over without having been taken has failed; where it was never tried, it was
 * dropped, its endpoint having been turned off.
 * @param tries those that the log has, in any order
 */
export function deliveryStatusOf(owed: string, tries: readonly { errorCode: string | null }[]): DeliveryStatus {
  if (owed === 'pending' || owed === 'published') return 'pending';
  if (owed === 'done' && tries.some((one) => one.errorCode === null)) return 'delivered';
  return tries.length > 0 || owed === 'dead' ? 'failed' : 'dropped';
}

/** Why a try did not deliver. */
export const tryErrors = [
  'address_refused',
  'name_not_resolved',
  'connection_failed',
  'tls_failed',
  'timed_out',
  'redirected',
  'refused',
  'gone',
] as const;
export type TryError = (typeof tryErrors)[number];
