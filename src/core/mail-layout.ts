import type { Locale } from './text.ts';

/** What a mail is made of, in order. Texts are plain: markup in them is shown, never obeyed. */
export type MailBlock =
  | { kind: 'paragraph'; text: string }
  | { kind: 'link'; label: string; url: string }
  /** Lines that are to be copied as they are. */
  | { kind: 'lines'; lines: readonly string[] }
  | { kind: 'list'; heading: string; items: readonly MailItem[]; more: string | null };

export interface MailItem {
  title: string;
  body: string;
  url: string | null;
}

export interface MailContent {
  locale: Locale;
  subject: string;
  heading: string;
  blocks: readonly MailBlock[];
  /** Why it came and how to stop it. */
  footer: readonly MailBlock[];
}

const maxSubjectCharacters = 120;

/** The text and the HTML part of one mail: the same words in both. */
export function layoutMail(content: MailContent): { subject: string; text: string; html: string } {
  const text = [
    oneLine(content.heading),
    ...content.blocks.map(textOf),
    `---\n${content.footer.map(textOf).join('\n')}`,
  ].join('\n\n');
  return { subject: clip(oneLine(content.subject), maxSubjectCharacters), text: `${text}\n`, html: htmlOf(content) };
}

/**
 * A text in one line without control characters and without the invisible marks that turn the direction of writing
 * (Unicode TR 9), with which a title could pass for another.
 */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\s]+/gu, ' ')
    .trim();
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function clip(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}

function textOf(block: MailBlock): string {
  switch (block.kind) {
    case 'paragraph':
      return oneLine(block.text);
    case 'link':
      return `${oneLine(block.label)}\n${block.url}`;
    case 'lines':
      return block.lines.map(oneLine).join('\n');
    case 'list': {
      const items = block.items.map((item) =>
        [`* ${oneLine(item.title)}`, oneLine(item.body), item.url ?? ''].filter((line) => line !== '').join('\n  '),
      );
      const more = block.more === null ? [] : [oneLine(block.more)];
      return [`${oneLine(block.heading)}`, ...items, ...more].join('\n\n');
    }
  }
}

// No background and no colour of text: clients in dark mode bring their own. The two colours that there are stand out from
// white and from black alike (contrast 4.5:1, WCAG 2.2).
const font = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif";
const link = 'color:#2f7de1';
const small = 'font-size:13px;line-height:1.5;color:#767676';

/** A plain table and styles on the elements, which every client shows; nothing is fetched from anywhere. */
function htmlOf({ locale, heading, subject, blocks, footer }: MailContent): string {
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${inHtml(subject)}</title>
</head>
<body style="margin:0;padding:0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:24px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;text-align:left;${font};font-size:16px;line-height:1.6">
<tr><td><h1 style="margin:0 0 16px;font-size:20px;line-height:1.4">${inHtml(heading)}</h1></td></tr>
${blocks.map((block) => `<tr><td>${htmlBlock(block)}</td></tr>`).join('\n')}
<tr><td style="padding-top:16px;border-top:1px solid #767676;${small}">${footer.map((block) => htmlBlock(block)).join('')}</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function htmlBlock(block: MailBlock): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p style="margin:0 0 12px">${inHtml(block.text)}</p>`;
    case 'link':
      return `<p style="margin:0 0 12px">${anchor(block.url, block.label)}</p>`;
    case 'lines':
      return `<p style="margin:0 0 12px;font-family:monospace;font-size:14px;word-break:break-all">${block.lines.map(inHtml).join('<br>')}</p>`;
    case 'list': {
      const more = block.more === null ? '' : `<p style="margin:0 0 12px;${small}">${inHtml(block.more)}</p>`;
      return `<h2 style="margin:12px 0 8px;font-size:17px;line-height:1.4">${inHtml(block.heading)}</h2>${block.items.map(htmlItem).join('')}${more}`;
    }
  }
}

function htmlItem({ title, body, url }: MailItem): string {
  const head = url === null ? `<strong>${inHtml(title)}</strong>` : anchor(url, title);
  return `<p style="margin:0 0 12px">${head}<br>${inHtml(body)}</p>`;
}

function anchor(url: string, label: string): string {
  return `<a href="${escapeHtml(url)}" style="${link}">${inHtml(label)}</a>`;
}

function inHtml(text: string): string {
  return escapeHtml(oneLine(text));
}
