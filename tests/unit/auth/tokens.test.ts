import { describe, expect, it } from 'vitest';
import { bearerIn, hashOf, newMailToken, newToken, shownPrefix } from '../../../src/auth/tokens.ts';

describe('bearer tokens', () => {
  it('tell sessions from API keys and are stored as a SHA-256', () => {
    const session = newToken('session');
    const key = newToken('api_key');
    expect(session.token).toMatch(/^ds_[A-Za-z0-9_-]{43}$/);
    expect(key.token).toMatch(/^dk_[A-Za-z0-9_-]{43}$/);
    expect(session.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(bearerIn(`Bearer ${session.token}`)).toEqual({ kind: 'session', hash: session.hash });
    expect(bearerIn(`bearer ${key.token}`)).toEqual({ kind: 'api_key', hash: key.hash });
  });

  it('carry 256 bits and never repeat', () => {
    const tokens = Array.from({ length: 1_000 }, () => newToken('session').token);
    expect(new Set(tokens).size).toBe(1_000);
    expect(Buffer.from(newMailToken().token, 'base64url')).toHaveLength(32);
  });

  it('hash as the standard says', () => {
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('show no more than eight characters of an API key', () => {
    const { token } = newToken('api_key');
    expect(shownPrefix(token)).toBe(token.slice(0, 11));
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNzd29yZA==',
    'Bearer ds_short',
    `Bearer dx_${'A'.repeat(43)}`,
    `Bearer ds_${'A'.repeat(44)}`,
    `Bearer ds_${'A'.repeat(42)}'`,
    `ds_${'A'.repeat(43)}`,
  ])('are not read out of "%s"', (header) => {
    expect(bearerIn(header)).toBeNull();
  });
});
