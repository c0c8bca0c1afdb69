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
    ['METRICS_PORT', 'none', 'a port'],
    ['HOST', '999.1.1.1', 'address to listen on'],
    ['PUBLIC_URL', 'http://a b', 'https://'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['REDIS_URL', 'localhost:6379', 'redis://'],
    ['LOG_LEVEL', 'loud', 'one of fatal'],
    ['WORKERS', 'some', 'in-process, or off'],
    ['MEILI_URL', 'localhost:7700', 'http://host:7700'],
    ['MEILI_URL', 'http://', 'http://host:7700'],
    ['MEILI_URL', 'http://a:b:c', 'http://host:7700'],
    ['MEILI_KEY', 'a key without a URL', 'together with MEILI_URL'],
    ['INTRODUCTION_WORKING_DAYS', '0', 'working days'],
    ['PUBLIC_URL', 'market.example', 'https://'],
    ['SECURITY_CONTACT', 'security@market.example', 'mailto:'],
    ['SMTP_URL', 'mail.example:25', 'smtps://'],
    ['SMTP_URL', 'smtp://mail.example/?tls.rejectUnauthorized=false', 'smtps://'],
    ['SMTP_URL', 'smtp://user@mail.example', 'smtps://'],
    ['SMTP_URL', 'smtp://user:%zz@mail.example', 'smtps://'],
    ['STORAGE_URL', 'ftp://x', 'file:///directory'],
    ['STORAGE_URL', 'file://host/x', 'file:///directory'],
    ['S3_ACCESS_KEY_ID', 'a key without a bucket', 'together with s3://'],
    ['MAIL_FROM', 'nobody', 'the sender of mails'],
    ['MAIL_FROM', 'A <a@b.example> <c@d.example>', 'the sender of mails'],
  ])('names %s=%s and what it wants', (name, value, wanted) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`${name} wants .*${wanted}`));
  });

  it('writes an IPv6 address into links as a URL has it', () => {
    expect(readConfig({ HOST: '::1' }).publicUrl).toBe('http://[::1]:3000');
  });

  it('keeps files in DATA_DIR, in a directory or in a bucket', () => {
    expect(readConfig({ DATA_DIR: '/d' }).storage).toEqual({ directory: '/d/files' });
    expect(readConfig({ STORAGE_URL: 'file:///srv/%E6%96%87' }).storage).toEqual({ directory: '/srv/文' });
    const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };
    const inBucket = (STORAGE_URL: string) => readConfig({ STORAGE_URL, ...keys }).storage;
    expect(inBucket('s3://docs/a/b/?region=eu-central-1')).toEqual({
      url: 'https://docs.s3.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      prefix: 'a/b/',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
    });
    expect(inBucket('s3://docs?endpoint=http://localhost:9000&region=x')).toMatchObject({
      url: 'http://localhost:9000/docs',
      prefix: '',
    });
    expect(inBucket('s3://docs?endpoint=https://oss.example&style=host')).toMatchObject({
      url: 'https://docs.oss.example',
    });
    for (const wrong of ['s3://docs?endpoint=minio', 's3://docs?style=flat', 's3://docs?regoin=x', 's3://D', 's3:docs'])
      expect(() => inBucket(wrong), wrong).toThrow(/STORAGE_URL wants/);
    expect(() => readConfig({ STORAGE_URL: 's3://docs' })).toThrow(/S3_ACCESS_KEY_ID wants/);
    expect(() => readConfig({ STORAGE_URL: 's3://docs', S3_ACCESS_KEY_ID: 'id' })).toThrow(
      /S3_SECRET_ACCESS_KEY wants/,
    );
    expect(() => readConfig({ STORAGE_URL: 'file:///srv', ...keys })).toThrow(/S3_ACCESS_KEY_ID wants/);
  });

  it('wants ADMIN_EMAIL and ADMIN_PASSWORD together', () => {
    expect(() => readConfig({ ADMIN_EMAIL: 'a@b.example' })).toThrow(/ADMIN_PASSWORD wants/);
    expect(() => readConfig({ ADMIN_PASSWORD: 'long enough' })).toThrow(/ADMIN_EMAIL wants/);
  });

  it('takes a mail server with and without credentials, on the port that its kind has', () => {
    expect(readConfig({}).smtp).toBeNull();
    const mail = { host: 'mail.example', secure: true, port: 465, credentials: { user: 'a@b', pass: 'p:w/%' } };
    expect(readConfig({ SMTP_URL: 'smtps://a%40b:p%3Aw%2F%25@mail.example' }).smtp).toEqual(mail);
    const local = { host: '::1', secure: false, port: 1025, credentials: null };
    expect(readConfig({ SMTP_URL: 'smtp://[::1]:1025/' }).smtp).toEqual(local);
    expect(readConfig({ SMTP_URL: 'smtp://mail.example' }).smtp?.port).toBe(587);
  });

  it('takes a sender with and without a name', () => {
    expect(readConfig({ MAIL_FROM: '对接平台 <a@b.example>' }).mailFrom).toEqual({
      name: '对接平台',
      address: 'a@b.example',
    });
    expect(readConfig({ MAIL_FROM: 'a@b.example' }).mailFrom).toEqual({ name: '', address: 'a@b.example' });
  });

  it('takes a Meilisearch server with and without a key, and no key without a server', () => {
    const url = 'http://search.internal:7700';
    expect(readConfig({}).meilisearch).toBeNull();
    expect(readConfig({ MEILI_URL: url }).meilisearch).toEqual({ url, key: null });
    expect(readConfig({ MEILI_URL: url, MEILI_KEY: 'secret' }).meilisearch).toEqual({ url, key: 'secret' });
    expect(() => readConfig({ MEILI_KEY: 'secret' })).toThrow(/MEILI_KEY wants/);
    expect(() => readConfig({ MEILI_URL: url, MEILI_KEY: 'two words' })).toThrow(/MEILI_KEY wants/);
  });

  it('cannot be changed once read', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });
});
