import { describe, expect, test } from 'vitest';
import { layoutDigest, layoutNotice, type MailedNotice } from '../../../src/notifications/templates/mail.ts';
import { renderNotice } from '../../../src/notifications/templates/render.ts';

const envelope = {
  locale: 'zh-CN',
  publicUrl: 'https://market.example',
  unsubscribeUrl: 'https://market.example/v1/unsubscribe/token',
} as const;

function suggestion(demandTitle: string): MailedNotice {
  const params = { demandTitle, demandCode: 'D1', resultTitle: '成果', resultCode: 'R1', score: '86' };
  return {
    ...renderNotice('match.suggested', params, 'zh-CN'),
    url: 'https://market.example/v1/matches/1',
    keepUrl: null,
  };
}

describe('the mail of a notice', () => {
  test('shows what somebody wrote into a title as they wrote it', () => {
    const { text, html } = layoutNotice(suggestion('<b>粗体</b>\r\n.\r\nQUIT'), 'suggestions', envelope);
    expect(text).toContain('<b>粗体</b> . QUIT');
    expect(html).toContain('&lt;b&gt;粗体&lt;/b&gt; . QUIT');
    expect(html).not.toContain('<b>');
  });

  test('says why it came and how to stop it, in both parts and both languages', () => {
    for (const locale of ['zh-CN', 'en'] as const) {
      const { text, html } = layoutNotice(suggestion('需求'), 'suggestions', { ...envelope, locale });
      const reason =
        locale === 'en' ? 'You get notices of “Suggested matches” by mail at once.' : '您的“匹配建议”通知设为即时发送';
      for (const part of [text, html]) {
        for (const said of [reason, envelope.unsubscribeUrl, 'https://market.example/v1/notification-preferences'])
          expect(part).toContain(said);
      }
    }
  });

  test('does without a link where its subject has no place of its own', () => {
    const { html } = layoutNotice({ title: '题', body: '文', url: null, keepUrl: null }, 'records', envelope);
    expect(html).not.toContain('查看详情');
  });
});

describe('a digest', () => {
  const digest = { mode: 'weekly', upToAt: new Date('2026-11-23T00:00:00Z') } as const;

  test('counts all of it, names its categories in order and says what it left out', () => {
    const sections = [
      {
        category: 'introductions',
        notices: [{ title: '对接邀请', body: '请答复', url: null, keepUrl: null }],
        total: 1,
      },
      { category: 'suggestions', notices: [suggestion('甲'), suggestion('乙')], total: 30 },
    ] as const;
    const { subject, text } = layoutDigest({ ...digest, sections }, envelope);
    expect(subject).toBe('【对接】每周汇总：31 条未读通知（2026-11-23）');
    expect(text.indexOf('对接邀请')).toBeLessThan(text.indexOf('匹配建议'));
    expect(text).toContain('还有 28 条');
    const english = layoutDigest({ ...digest, sections }, { ...envelope, locale: 'en' });
    expect(english.subject).toBe('Duijie: Weekly digest: 31 unread notices (2026-11-23)');
    expect(english.text).toContain('And 28 more in your inbox.');
  });

  test('of one notice speaks of one', () => {
    const sections = [{ category: 'suggestions', notices: [suggestion('甲')], total: 1 }] as const;
    const { subject, text } = layoutDigest({ ...digest, mode: 'daily', sections }, { ...envelope, locale: 'en' });
    expect(subject).toBe('Duijie: Daily digest: 1 unread notice (2026-11-23)');
    expect(text).not.toContain('more in your inbox');
  });
});
