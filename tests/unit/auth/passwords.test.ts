import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../../src/auth/passwords.ts';

describe('passwords', () => {
  it('are hashed with argon2id at the documented cost', async () => {
    expect(await hashPassword('a long passphrase')).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
  });

  it('are recognised, and no other is', async () => {
    const hash = await hashPassword('a long passphrase');
    expect(await verifyPassword(hash, 'a long passphrase')).toBe(true);
    expect(await verifyPassword(hash, 'a long passphrasE')).toBe(false);
  });

  it('are the same however an input method composes them', async () => {
    const hash = await hashPassword('caf\u00e9 \uff11\uff12\uff13\uff14');
    expect(await verifyPassword(hash, 'cafe\u0301 1234')).toBe(true);
  });

  it('never fit where there is no account', async () => {
    expect(await verifyPassword(null, 'a long passphrase')).toBe(false);
    expect(await verifyPassword(null, '')).toBe(false);
  });

  it('are all judged when many come at once', async () => {
    const hash = await hashPassword('a long passphrase');
    const tries = Array.from({ length: 9 }, (_, n) =>
      verifyPassword(hash, n % 3 === 0 ? 'a long passphrase' : `wrong ${n}`),
    );
    expect(await Promise.all(tries)).toEqual([true, false, false, true, false, false, true, false, false]);
  });
});
