import type { Locale } from '../core/text.ts';

/** The language of an Accept-Language header (RFC 9110, 12.5.4): zh-CN unless English is preferred. */
export function localeOf(header: string | undefined): Locale {
  if (!header) return 'zh-CN';
  let best: { locale: Locale; quality: number } | null = null;
  for (const part of header.split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const locale: Locale | null = /^zh(-|$)/.test(range) ? 'zh-CN' : /^en(-|$)/.test(range) ? 'en' : null;
    const quality = Number(parameters.map((p) => /^\s*q=([\d.]+)/.exec(p)?.[1]).find(Boolean) ?? 1);
    if (locale !== null && quality > 0 && (best === null || quality > best.quality)) best = { locale, quality };
  }
  return best?.locale ?? 'zh-CN';
}
