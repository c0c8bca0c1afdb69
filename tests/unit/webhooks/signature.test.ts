import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newSecret, sign } from '../../../src/webhooks/outgoing/signature.ts';
import { rotationMs, secretsInForce } from '../../../src/webhooks/rules.ts';

const now = new Date('2026-11-22T02:00:00Z');
const message = { id: 'msg_1', timestamp: now.getTime() / 1_000, body: '{"type":"match.suggested","标题":"枸杞"}' };

function headers(signature: string, { id, timestamp } = message): Record<string, string> {
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }));
afterEach(() => void vi.useRealTimers());

describe('a signature', () => {
  test('is what the reference library writes and verifies', () => {
    const secret = newSecret();
    const reference = new Webhook(secret);
    expect(sign([secret], message)).toBe(reference.sign(message.id, now, message.body));
    expect(reference.verify(message.body, headers(sign([secret], message)))).toEqual(JSON.parse(message.body));
  });

  test('is the specification’s own example', () => {
    const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    expect(sign(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], signed)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  test('is refused by the library for another body, id, time or secret', () => {
    const secret = newSecret();
    const good = sign([secret], message);
    const reference = new Webhook(secret);
    expect(() => reference.verify(`${message.body} `, headers(good))).toThrow();
    expect(() => reference.verify(message.body, headers(good, { ...message, id: 'msg_2' }))).toThrow();
    const later = { ...message, timestamp: message.timestamp + 1 };
    expect(() => reference.verify(message.body, headers(good, later))).toThrow();
    expect(() => new Webhook(newSecret()).verify(message.body, headers(good))).toThrow();
  });

  test('of two secrets is verified with either', () => {
    const [older, newer] = [newSecret(), newSecret()];
    const both = sign([newer, older], message);
    for (const secret of [older, newer])
      expect(() => new Webhook(secret).verify(message.body, headers(both))).not.toThrow();
  });
});

test('a secret is 32 random bytes', () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
});

describe('the secrets that sign', () => {
  const made = (agoMs: number) => ({ createdAt: new Date(now.getTime() - agoMs) });

  test('are the newest, however old, and each that was replaced less than a day ago', () => {
    const [newest, second, third] = [made(1), made(rotationMs - 1), made(rotationMs * 9)];
    expect(secretsInForce([newest], now)).toEqual([newest]);
    expect(secretsInForce([made(rotationMs * 99)], now)).toHaveLength(1);
    expect(secretsInForce([newest, second, third], now)).toEqual([newest, second, third]);
    expect(secretsInForce([second, third], new Date(now.getTime() + 1))).toEqual([second]);
  });

  test('are five at most', () => {
    expect(
      secretsInForce(
        Array.from({ length: 9 }, (_, at) => made(at)),
        now,
      ),
    ).toHaveLength(5);
  });
});
