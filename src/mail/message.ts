import type { SendMailOptions } from 'nodemailer';
import type { Mail } from '../core/mailer.ts';

export interface MailSender {
  name: string;
  address: string;
}

/** Message ids become file names, and a part of a header. */
const idShape = /^[0-9A-Za-z-]{1,100}$/;

/** @param host of PUBLIC_URL, where no sender is configured */
export function senderOf(from: MailSender | null, host: string): MailSender {
  return from ?? { name: 'Duijie 对接', address: `no-reply@${host}` };
}

/**
 * What every channel sends: the text and the HTML beside it, told as automatic (RFC 3834), and with the one click that
 * ends such mails where there is one (RFC 8058).
 * @param domain of the Message-ID: the same for as long as a mail may be retried
 * @throws TypeError for a message id that is none of ours
 */
export function toMessage(mail: Mail, { sender, domain }: { sender: MailSender; domain: string }): SendMailOptions {
  if (!idShape.test(mail.messageId)) throw new TypeError('a mail wants a message id of letters, digits and hyphens');
  const unsubscribe =
    mail.unsubscribeUrl === undefined
      ? {}
      : {
          // Prepared: a folded or encoded address is one that mail programs do not find.
          'List-Unsubscribe': { prepared: true, value: `<${mail.unsubscribeUrl}>` },
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        };
  return {
    from: sender,
    // As an object: an address is one recipient, whatever is written in it.
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: `<${mail.messageId}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated', ...unsubscribe },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
