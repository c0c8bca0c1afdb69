import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/core/error-report.ts';
import { AppError, type ErrorCode } from '../../../src/core/errors.ts';
import { backoffMs, judge, standardRetries } from '../../../workers/failure.ts';
import { mailRetries } from '../../../workers/handlers/mail-retries.ts';

const text = { zh: '不行', en: 'It does not work.' };
const middle = () => 0.5;

describe('judging a failure', () => {
  it('does not come back before it is asked to', () => {
    const busy = (retryAfterSeconds: number) => new AppError('UPSTREAM_FAILED', text, { retryAfterSeconds });
    expect(judge(busy(30), 1, middle, standardRetries)).toEqual({ kind: 'retry', delayMs: 30_000 });
    expect(judge(busy(1), 9, () => 1, standardRetries)).toEqual({ kind: 'retry', delayMs: 256_000 });
    expect(judge(busy(30), 10, middle, standardRetries)).toEqual({ kind: 'dead' });
  });

  it('tries by the plan of the handler', () => {
    const twice = { maxAttempts: 2, delayMs: (attempts: number) => attempts * 7 };
    expect(judge(new Error('boom'), 1, middle, twice)).toEqual({ kind: 'retry', delayMs: 7 });
    expect(judge(new Error('boom'), 2, middle, twice)).toEqual({ kind: 'dead' });
  });

  it('tries what is unknown, upstream or a collision again', () => {
    for (const error of [
      new Error('boom'),
      'thrown text',
      new AppError('UPSTREAM_FAILED', text),
      new AppError('CONFLICT', text),
    ]) {
      expect(judge(error, 1, middle, standardRetries)).toEqual({ kind: 'retry', delayMs: 500 });
    }
  });

  it('buries the tenth failure and not the ninth', () => {
    expect(judge(new Error('boom'), 9, middle, standardRetries).kind).toBe('retry');
    expect(judge(new Error('boom'), 10, middle, standardRetries)).toEqual({ kind: 'dead' });
  });

  it('buries at once what another run cannot cure', () => {
    const codes: ErrorCode[] = [
      'FORBIDDEN',
      'UNAUTHENTICATED',
      'INVALID_INPUT',
      'INVALID_STATE',
      'PRECONDITION_FAILED',
      'LIMIT_EXCEEDED',
    ];
    for (const code of codes)
      expect(judge(new AppError(code, text), 1, middle, standardRetries)).toEqual({ kind: 'dead' });
  });

  it('waits for what is away for as long as it asks, however often', () => {
    expect(judge(new AppError('UNAVAILABLE', text, { retryAfterSeconds: 2 }), 50, middle, standardRetries)).toEqual({
      kind: 'wait',
      delayMs: 3_000,
    });
    expect(judge(new AppError('UNAVAILABLE', text), 50, () => 0, standardRetries)).toEqual({
      kind: 'wait',
      delayMs: 1_000,
    });
  });

  it('spreads those that are to come back at the same time over a minute at most', () => {
    const tomorrow = new AppError('UNAVAILABLE', text, { retryAfterSeconds: 36_000 });
    expect(judge(tomorrow, 1, () => 0, standardRetries)).toEqual({ kind: 'wait', delayMs: 36_000_000 });
    expect(judge(tomorrow, 1, middle, standardRetries)).toEqual({ kind: 'wait', delayMs: 36_030_000 });
  });

  it('tries a mail twelve times, over 20 to 40 hours', () => {
    const pauses = Array.from({ length: 11 }, (_, at) => mailRetries.delayMs(at + 1, () => 0));
    expect(pauses.reduce((sum, pause) => sum + pause) / 3_600_000).toBeCloseTo(39.7, 1);
    expect(mailRetries.delayMs(11, () => 1)).toBe(4 * 3_600_000);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(mailRetries.delayMs(1, () => 0)).toBe(30_000);
    const busy = new AppError('UPSTREAM_FAILED', text);
    expect(judge(busy, 11, middle, mailRetries).kind).toBe('retry');
    expect(judge(busy, 12, middle, mailRetries).kind).toBe('dead');
  });

  it('owes nothing for what does not exist', () => {
    expect(judge(new AppError('NOT_FOUND', text), 1, middle, standardRetries)).toEqual({ kind: 'moot' });
  });

  it('doubles the longest pause from 1 s up to 5 min', () => {
    const longest = [1, 2, 3, 9, 10, 40].map((attempts) => backoffMs(attempts, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
    expect(backoffMs(9, () => 0)).toBe(0);
  });
});

describe('describing an error', () => {
  it('quotes the innermost cause and not the query with its parameters', () => {
    const error = new Error('Failed query: insert … params: 13800000000', {
      cause: new Error('relation does not exist'),
    });
    expect(describeError(error)).toBe('relation does not exist');
  });

  it('names only the code of an error that quotes a value', () => {
    const cause = Object.assign(new Error('invalid input syntax for type uuid: "secret"'), { code: '22P02' });
    expect(describeError(new Error('Failed query', { cause }))).toBe('PostgreSQL 22P02');
  });

  it('takes out addresses, passwords in URLs and long tokens, and keeps ids', () => {
    const id = '0197b6a1-1111-7222-8333-444455556666';
    const error = new Error(`postgres://owner:hunter2@db/x li@example.cn ${'a'.repeat(43)} ${id}`);
    expect(describeError(error)).toBe(`postgres://…@db/x …@… … ${id}`);
  });

  it('takes out what is quoted and is no name, what is not ASCII, telephone numbers, and all that a parser says', () => {
    const error = new Error('refused "the secret recipe" of "demands_code_key" 机密细节 at +8613900000001: 配方编号甲');
    expect(describeError(error)).toBe('refused "…" of "demands_code_key" … at …: …');
    const parser = () => JSON.parse('机密');
    expect(() => parser()).toThrow(SyntaxError);
    expect(describeError(attempt(parser))).toBe('SyntaxError');
  });

  it('is at most 500 characters long', () => {
    expect(describeError(new Error('长 '.repeat(600)))).toHaveLength(500);
  });
});

function attempt(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
