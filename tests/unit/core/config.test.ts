import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../src/config.ts';

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: 'localhost',
      databaseUrl: null,
      redisUrl: null,
      workers: 'in-process',
    });
  });

  it('takes an empty value for an unset one', () => {
    expect(readConfig({ PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 3000, redisUrl: null });
  });

  it.each([
    ['PORT', 'abc', 'a port'],
    ['PORT', '70000', 'a port'],
    ['PORT', '3.5', 'a port'],
    ['PORT', 'true', 'a port'],
    ['HOST', '999.1.1.1', 'address to listen on'],
    ['PUBLIC_URL', 'http://a b', 'https://'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['REDIS_URL', 'localhost:6379', 'redis://'],
    ['LOG_LEVEL', 'loud', 'one of fatal'],
    ['WORKERS', 'some', 'in-process, or off'],
    ['MEILI_URL', 'http://localhost:7700', 'not part of this version'],
    ['INTRODUCTION_WORKING_DAYS', '0', 'working days'],
    ['PUBLIC_URL', 'market.example', 'https://'],
  ])('names %s=%s and what it wants', (name, value, wanted) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`${name} wants .*${wanted}`));
  });

  it('writes an IPv6 address into links as a URL has it', () => {
    expect(readConfig({ HOST: '::1' }).publicUrl).toBe('http://[::1]:3000');
  });

  it('wants ADMIN_EMAIL and ADMIN_PASSWORD together', () => {
    expect(() => readConfig({ ADMIN_EMAIL: 'a@b.example' })).toThrow(/ADMIN_PASSWORD wants/);
    expect(() => readConfig({ ADMIN_PASSWORD: 'long enough' })).toThrow(/ADMIN_EMAIL wants/);
  });

  it('cannot be changed once read', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });
});
