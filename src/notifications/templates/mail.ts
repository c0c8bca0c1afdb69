import { chinaDate } from '../../core/clock.ts';
import { layoutMail, type MailBlock, type MailItem } from '../../core/mail-layout.ts';
import { type Locale, type Text, textIn } from '../../core/text.ts';
import { type Category, categoryNames, type DigestMode } from '../categories.ts';
import type { RenderedNotice } from './template.ts';
import { preferencesUrl } from './unsubscribe-page.ts';

interface Envelope {
  locale: Locale;
  /** Where the API is reached from outside. */
  publicUrl: string;
  unsubscribeUrl: string;
}

/** A notice as a mail tells it, with the address of what it is about. */
export interface MailedNotice extends RenderedNotice {
  url: string | null;
  /** Where it is answered in one click; null for what asks nothing of the kind. */
  keepUrl: string | null;
}

type Parts = ReturnType<typeof layoutMail>;

/** The mail of one notice. */
export function layoutNotice(notice: MailedNotice, category: Category, envelope: Envelope): Parts {
  const say = (text: Text) => textIn(envelope.locale, text);
  const name = categoryNames[category];
  const keep: MailBlock[] =
    notice.keepUrl === null
      ? []
      : [{ kind: 'link', label: say({ zh: '仍然有效，续期', en: 'Still current: keep it' }), url: notice.keepUrl }];
  const link: MailBlock[] =
    notice.url === null ? [] : [{ kind: 'link', label: say({ zh: '查看详情', en: 'See it' }), url: notice.url }];
  return layoutMail({
    locale: envelope.locale,
    subject: say({ zh: `【对接】${notice.title}`, en: `Duijie: ${notice.title}` }),
    heading: notice.title,
    blocks: [{ kind: 'paragraph', text: notice.body }, ...keep, ...link],
    footer: footer(
      {
        zh: `您收到此邮件，因为您的“${name.zh}”通知设为即时发送。`,
        en: `You get notices of “${name.en}” by mail at once.`,
      },
      envelope,
    ),
  });
}

export interface DigestSection {
  category: Category;
  notices: readonly MailedNotice[];
  /** Of this category; more than `notices` where these were cut. */
  total: number;
}

/** The mail of what has come since the last one and has not been read. */
export function layoutDigest(
  digest: { mode: DigestMode; upToAt: Date; sections: readonly DigestSection[] },
  envelope: Envelope,
): Parts {
  const say = (text: Text) => textIn(envelope.locale, text);
  const count = digest.sections.reduce((sum, section) => sum + section.total, 0);
  const period =
    digest.mode === 'daily' ? { zh: '每日汇总', en: 'Daily digest' } : { zh: '每周汇总', en: 'Weekly digest' };
  const heading = say({
    zh: `${period.zh}：${count} 条未读通知`,
    en: `${period.en}: ${count} unread ${count === 1 ? 'notice' : 'notices'}`,
  });
  const date = chinaDate(digest.upToAt);
  return layoutMail({
    locale: envelope.locale,
    subject: say({ zh: `【对接】${heading}（${date}）`, en: `Duijie: ${heading} (${date})` }),
    heading,
    blocks: digest.sections.map((section): MailBlock => {
      const hidden = section.total - section.notices.length;
      return {
        kind: 'list',
        heading: say(categoryNames[section.category]),
        items: section.notices.map(({ title, body, url, keepUrl }): MailItem => ({ title, body, url: keepUrl ?? url })),
        more:
          hidden === 0
            ? null
            : say({ zh: `还有 ${hidden} 条，请在站内查看。`, en: `And ${hidden} more in your inbox.` }),
      };
    }),
    footer: footer(
      {
        zh: `您收到此邮件，因为您有通知设为${period.zh}。`,
        en: `You get this because you asked for some notices as a ${period.en.toLowerCase()}.`,
      },
      envelope,
    ),
  });
}

function footer(reason: Text, { locale, publicUrl, unsubscribeUrl }: Envelope): MailBlock[] {
  return [
    { kind: 'paragraph', text: textIn(locale, reason) },
    { kind: 'link', label: textIn(locale, { zh: '退订', en: 'Unsubscribe' }), url: unsubscribeUrl },
    {
      kind: 'link',
      label: textIn(locale, { zh: '通知设置', en: 'Notification preferences' }),
      url: preferencesUrl(publicUrl),
    },
  ];
}
