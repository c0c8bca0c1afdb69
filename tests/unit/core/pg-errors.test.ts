import { expect, it } from 'vitest';
import { translatePgError } from '../../../src/core/pg-errors.ts';

it('an error of the database goes to the log without the values of its query, which may be confidential', () => {
  const secret = '底价 4711 万元';
  const cause = Object.assign(new Error(`value "${secret}" is too long`), {
    code: '22001',
    detail: `Failing row: ${secret}`,
  });
  const thrown = Object.assign(new Error(`Failed query: insert into t values ($1)\nparams: ${secret}`, { cause }), {
    query: 'insert into t values ($1)',
    params: [secret],
  });
  const translated = translatePgError(thrown) as Error & { code?: string };
  expect(translated.message).toContain('insert into t');
  expect(translated.code).toBe('22001');
  for (const told of [translated.message, translated.stack, JSON.stringify(translated), String(translated.cause)]) {
    expect(told).not.toContain(secret);
  }
});
