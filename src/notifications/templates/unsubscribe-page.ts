import { escapeHtml } from '../../core/mail-layout.ts';
import { type Locale, type Text, textIn } from '../../core/text.ts';
import { categoryNames } from '../categories.ts';
import type { Subscription } from '../unsubscribe-token.ts';

export const unsubscribePageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  // Nothing is loaded, nothing runs, and nobody frames the button.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
} as const;

/** What the mails are called in a sentence. */
export function subscriptionName(subscription: Subscription): Text {
  switch (subscription) {
    case 'daily':
      return { zh: '每日汇总', en: 'the daily digest' };
    case 'weekly':
      return { zh: '每周汇总', en: 'the weekly digest' };
    default: {
      const { zh, en } = categoryNames[subscription];
      return { zh: `“${zh}”通知邮件`, en: `notices by mail of “${en}”` };
    }
  }
}

export function preferencesUrl(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/v1/notification-preferences`;
}

/** @param page.ended false: the page asks, and its button answers */
export function unsubscribePage(page: {
  subscription: Subscription;
  locale: Locale;
  publicUrl: string;
  ended: boolean;
}): string {
  const { locale, ended } = page;
  const say = (text: Text) => escapeHtml(textIn(locale, text));
  const name = subscriptionName(page.subscription);
  const title = say({ zh: '退订邮件', en: 'Unsubscribe' });
  const lead = ended
    ? say({
        zh: `已退订${name.zh}。站内通知照常送达。`,
        en: `You will get no more mail: ${name.en}. The inbox still has every notice.`,
      })
    : say({
        zh: `要退订${name.zh}吗？站内通知照常送达。`,
        en: `Stop ${name.en}? The inbox will still have every notice.`,
      });
  const button = ended
    ? ''
    : `<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit" style="font:inherit;padding:.5em 1em">${say({ zh: '退订', en: 'Unsubscribe' })}</button></form>\n`;
  const preferences = say({ zh: '通知设置', en: 'Notification preferences' });
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
</head>
<body style="max-width:36em;margin:3em auto;padding:0 1em;font-family:sans-serif;line-height:1.6">
<h1 style="font-size:1.3em">${title}</h1>
<p>${lead}</p>
${button}<p><a href="${escapeHtml(preferencesUrl(page.publicUrl))}">${preferences}</a></p>
</body>
</html>
`;
}
