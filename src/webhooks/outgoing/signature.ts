import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A signing secret: 256 random bits as the specification writes them. */
export function newSecret(): string {
  return prefix + randomBytes(32).toString('base64');
}

/**
 * The value of `webhook-signature`: one signature for each secret, in the order given, separated by blanks.
 * Standard Webhooks 1.0.0, "Signature scheme" and "Webhook headers".
 * @param timestamp seconds since 1970, as in `webhook-timestamp`
 */
export function sign(secrets: readonly string[], message: { id: string; timestamp: number; body: string }): string {
  const signed = `${message.id}.${message.timestamp}.${message.body}`;
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(prefix.length), 'base64');
      return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    })
    .join(' ');
}
