import { chinaDate } from '../../core/clock.ts';
import { escapeHtml } from '../../core/mail-layout.ts';
import { type Locale, type Text, textIn } from '../../core/text.ts';

const names = {
  demand: { zh: '需求', en: 'demand' },
  result: { zh: '成果', en: 'result' },
} as const;

interface RenewalPage {
  kind: keyof typeof names;
  row: { title: string; code: string; validUntil: Date | null };
  locale: Locale;
  /** The question is open: there is a button to answer it. */
  waits: boolean;
  isOpen: boolean;
}

export function renewalPage({ kind, row, locale, waits, isOpen }: RenewalPage): string {
  const say = (text: Text) => escapeHtml(textIn(locale, text));
  const until = row.validUntil === null ? '' : chinaDate(row.validUntil);
  const title = say({ zh: `${names[kind].zh}仍然有效吗？`, en: `Is your ${names[kind].en} still current?` });
  const name = say({ zh: `“${row.title}”（${row.code}）`, en: `“${row.title}” (${row.code})` });
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
<p>${name}</p>
<p>${say(leadOf({ waits, isOpen, until }))}</p>
${waits ? buttonIn(say({ zh: '仍然有效，续期', en: 'Still current: keep it' })) : ''}</body>
</html>
`;
}

function leadOf({ waits, isOpen, until }: { waits: boolean; isOpen: boolean; until: string }): Text {
  if (waits) {
    return {
      zh: `有效期至 ${until}。不作答复，到期将自动下架归档。`,
      en: `It is valid until ${until}. Without an answer it is archived then.`,
    };
  }
  if (isOpen)
    return { zh: `无需再操作：有效期至 ${until}。`, en: `Nothing is left to do: it is valid until ${until}.` };
  return {
    zh: '该记录已不再公开，链接已失效。登录后可重新提交。',
    en: 'It is not public any more, and this link has ended. Sign in to submit it again.',
  };
}

function buttonIn(label: string): string {
  return `<form method="post"><input type="hidden" name="keep" value="yes"><button type="submit" style="font:inherit;padding:.5em 1em">${label}</button></form>\n`;
}
