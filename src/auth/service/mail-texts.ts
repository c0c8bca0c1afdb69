import { layoutMail } from '../../core/mail-layout.ts';
import type { Mail } from '../../core/mailer.ts';
import { type Locale, type Text, textIn } from '../../core/text.ts';
import type { MailPurpose } from '../rules.ts';

interface MailFacts {
  purpose: MailPurpose;
  locale: Locale;
  to: string;
  token: string;
  expiresAt: Date;
  /** Where the API is reached from outside, without a closing slash. */
  publicUrl: string;
}

const mailTexts = {
  verify_email: {
    subject: { zh: '对接平台：请验证您的邮箱', en: 'Duijie: confirm your e-mail address' },
    lead: {
      zh: '请发送以下请求，确认这是您的邮箱：',
      en: 'Please confirm that this is your address by sending this request:',
    },
  },
  reset_password: {
    subject: { zh: '对接平台：重置密码', en: 'Duijie: reset your password' },
    lead: {
      zh: '我们收到了重置您密码的请求。请发送以下请求并填写新密码：',
      en: 'Somebody asked to reset your password. Send this request with the new one:',
    },
  },
} as const;

/**
 * There is no page to click on yet, so the mail says which request to send and carries the secret as text.
 * It does not repeat the person's name: anybody can register somebody else's address under a name that is an advertisement.
 */
export function describeMail(facts: MailFacts): Omit<Mail, 'messageId'> {
  const { token, locale } = facts;
  const until = `${facts.expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const path = facts.purpose === 'verify_email' ? '/v1/email-verifications/confirm' : '/v1/password-resets/confirm';
  const body = facts.purpose === 'verify_email' ? { token } : { token, password: '…' };
  const { subject, lead } = mailTexts[facts.purpose];
  const say = (text: Text) => textIn(locale, text);
  const layout = layoutMail({
    locale,
    subject: say(subject),
    heading: say({ zh: '您好！', en: 'Hello,' }),
    blocks: [
      { kind: 'paragraph', text: say(lead) },
      { kind: 'lines', lines: [`POST ${facts.publicUrl.replace(/\/+$/, '')}${path}`, JSON.stringify(body)] },
      { kind: 'lines', lines: [say({ zh: `验证码：${token}`, en: `Token: ${token}` })] },
    ],
    footer: [
      {
        kind: 'paragraph',
        text: say({
          zh: `有效期至 ${until}，仅可使用一次。如非本人操作，请忽略此邮件。`,
          en: `It is good for one use until ${until}. If this was not you, ignore this mail.`,
        }),
      },
    ],
  });
  return { to: facts.to, ...layout };
}
