import { describe, expect, it } from 'vitest';
import { escapeHtml, layoutMail, oneLine } from '../../../src/core/mail-layout.ts';

const hostile = `<img src=x onerror=alert(1)> & "quoted" 'single' </td><script>`;

function layout(title: string) {
  return layoutMail({
    locale: 'zh-CN',
    subject: title,
    heading: title,
    blocks: [
      { kind: 'paragraph', text: title },
      { kind: 'link', label: title, url: 'https://market.example/v1/demands/1?a=1&b="2"' },
      { kind: 'lines', lines: [title, '第二行'] },
      {
        kind: 'list',
        heading: title,
        items: [
          { title, body: title, url: null },
          { title, body: title, url: 'https://market.example/2' },
        ],
        more: title,
      },
    ],
    footer: [{ kind: 'paragraph', text: title }],
  });
}

describe('a mail', () => {
  it('shows markup in a title as text, wherever the title stands', () => {
    const { html, text } = layout(hostile);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<script');
    expect(html.split(escapeHtml(hostile)).length - 1).toBe(12);
    expect(html).toContain('href="https://market.example/v1/demands/1?a=1&amp;b=&quot;2&quot;"');
    expect(text).toContain(hostile);
  });

  it('loads nothing, runs nothing, and has its styles on the elements alone', () => {
    const { html } = layout('题目');
    expect(html).not.toMatch(/<(img|script|link|style|iframe|form|object|svg)\b|url\(|@import|\son\w+=/i);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).not.toMatch(/background|bgcolor/);
  });

  it('closes what it opens', () => {
    const { html } = layout(hostile);
    const open: string[] = [];
    for (const [, end, name = ''] of html.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
      if (['meta', 'br'].includes(name)) continue;
      if (end === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it('has no control characters, line breaks or turned writing from a title', () => {
    const turned = '发票\u202egnp.exe\u202c\r\nBcc: everybody@example.cn\u0000\u2028\u2066x\u2069\u001b[31m';
    const { subject, html, text } = layout(turned);
    const plain = '发票gnp.exe Bcc: everybody@example.cn x [31m';
    expect(subject).toBe(plain);
    expect(text).toContain(plain);
    expect(html).toContain(plain);
    for (const part of [subject, html.replaceAll('\n', ''), text.replaceAll('\n', '')])
      expect(part).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  });

  it('keeps words of scripts that are written from the right', () => {
    expect(oneLine('تقنية מחקר')).toBe('تقنية מחקר');
  });

  it('has a subject of at most 120 characters, counted as people do', () => {
    expect([...layout('题'.repeat(500)).subject]).toHaveLength(120);
    expect(layout('😀'.repeat(500)).subject).toBe(`${'😀'.repeat(119)}…`);
    expect(layout('题'.repeat(120)).subject).toBe('题'.repeat(120));
  });

  it('says the same in its text as in its HTML', () => {
    const { html, text } = layoutMail({
      locale: 'en',
      subject: 'Three things',
      heading: 'A heading',
      blocks: [
        { kind: 'paragraph', text: 'A paragraph' },
        { kind: 'link', label: 'A label', url: 'https://market.example/a' },
        { kind: 'lines', lines: ['POST https://market.example', '{}'] },
        {
          kind: 'list',
          heading: 'A list',
          items: [{ title: 'An item', body: 'Its body', url: 'https://market.example/i' }],
          more: 'And 2 more',
        },
      ],
      footer: [{ kind: 'link', label: 'Unsubscribe', url: 'https://market.example/u' }],
    });
    const said = [
      'A heading',
      'A paragraph',
      'A label',
      'https://market.example/a',
      'POST https://market.example',
      '{}',
    ];
    said.push(
      'A list',
      'An item',
      'Its body',
      'https://market.example/i',
      'And 2 more',
      'Unsubscribe',
      'https://market.example/u',
    );
    for (const words of said) {
      expect(text).toContain(words);
      expect(html).toContain(words);
    }
    expect(text.split('\n')[0]).toBe('A heading');
  });
});
