import { expect, test } from 'vitest';
import { subscriptions } from '../../../src/core/messages.ts';
import { isNoticeType } from '../../../src/notifications/audience.ts';
import { categories, categoryNames, categoryOf, defaultModes, typesOf } from '../../../src/notifications/categories.ts';
import { isCategory, readUnsubscribeToken, unsubscribeToken } from '../../../src/notifications/unsubscribe-token.ts';

test('every notice belongs to one category, and every category has notices, names and a default', () => {
  const types = Object.keys(subscriptions).filter(isNoticeType);
  for (const type of types) expect(categories).toContain(categoryOf(type));
  expect(categories.flatMap(typesOf).sort()).toEqual([...types].sort());
  for (const category of categories) {
    expect(typesOf(category)).not.toEqual([]);
    expect([defaultModes[category], categoryNames[category].zh, categoryNames[category].en]).not.toContain(undefined);
  }
  expect(categoryOf('toString')).toBeNull();
  expect(categoryOf('gossip.heard')).toBeNull();
});

test('an unsubscribe token says whose mail of which kind it ends, and only with the secret', () => {
  const userId = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';
  const secret = 'ab'.repeat(32);
  for (const subscription of [...categories, 'daily', 'weekly'] as const) {
    const token = unsubscribeToken(userId, subscription, secret);
    expect(token).toBe(unsubscribeToken(userId, subscription, secret));
    expect(token).toMatch(/^[\w-]{44}$/);
    expect(readUnsubscribeToken(token, secret)).toEqual({ userId, subscription });
    expect(readUnsubscribeToken(token, 'cd'.repeat(32))).toBeNull();
    expect(isCategory(subscription)).toBe(subscription !== 'daily' && subscription !== 'weekly');
  }
  const token = unsubscribeToken(userId, 'records', secret);
  for (let at = 0; at < token.length; at += 1) {
    const other = token[at] === 'A' ? 'B' : 'A';
    expect(readUnsubscribeToken(token.slice(0, at) + other + token.slice(at + 1), secret)).toBeNull();
  }
});
