import { describe, expect, it } from 'vitest';
import { describeMail } from '../../../src/auth/service/mail-texts.ts';

const facts = {
  to: 'liu.yang@winery.example',
  token: 'q3t5Z0b7m1Jw2YcR8uVxN4kLsE6hGdPaTfIoBvKrMyQ',
  expiresAt: new Date('2026-11-22T09:30:00Z'),
  publicUrl: 'https://market.example/',
};

describe('a mail', () => {
  it('in Chinese says which request verifies the address, and until when', () => {
    const mail = describeMail({ ...facts, purpose: 'verify_email', locale: 'zh-CN' });
    expect(mail.to).toBe(facts.to);
    expect(mail.subject).toBe('对接平台：请验证您的邮箱');
    expect(mail.text).toContain(
      `POST https://market.example/v1/email-verifications/confirm\n{"token":"${facts.token}"}`,
    );
    expect(mail.text).toContain('有效期至 2026-11-22 09:30 UTC');
  });

  it('in English says which request resets the password', () => {
    const mail = describeMail({ ...facts, purpose: 'reset_password', locale: 'en' });
    expect(mail.subject).toBe('Duijie: reset your password');
    expect(mail.text).toContain(`POST https://market.example/v1/password-resets/confirm\n{"token":"${facts.token}",`);
    expect(mail.text).toContain(`Token: ${facts.token}`);
  });
});
