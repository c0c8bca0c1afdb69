import type { Locale } from '../../core/text.ts';
import { isNoticeType, type NoticeType } from '../audience.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** What a sentence needs besides ids. A title that the reader may not see is absent, and the sentence does without. */
export type Params = Readonly<Record<string, string>>;

export interface RenderedNotice {
  title: string;
  body: string;
}

export type Templates = Readonly<Record<NoticeType, (params: Params) => RenderedNotice>>;

/** A notice in the reader's language, made at reading time. A type that this version does not know shows its name. */
export function renderNotice(type: string, params: Params, locale: Locale): RenderedNotice {
  if (!isNoticeType(type)) return { title: type, body: '' };
  return (locale === 'en' ? en : zh)[type](params);
}
