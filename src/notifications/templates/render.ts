import type { Locale } from '../../core/text.ts';
import { isNoticeType } from '../audience.ts';
import { en } from './en.ts';
import type { Params, RenderedNotice } from './template.ts';
import { zh } from './zh.ts';

/** A notice in the reader's language, made at reading time. A type that this version does not know shows its name. */
export function renderNotice(type: string, params: Params, locale: Locale): RenderedNotice {
  if (!isNoticeType(type)) return { title: type, body: '' };
  return (locale === 'en' ? en : zh)[type](params);
}
