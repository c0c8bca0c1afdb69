/** A message to a user in the two languages that Duijie speaks. */
export interface Text {
  zh: string;
  en: string;
}

export type Locale = 'zh-CN' | 'en';

export function textIn(locale: Locale, text: Text): string {
  return locale === 'en' ? text.en : text.zh;
}

/** The language a text is mostly written in: Chinese as soon as it has Han characters worth a word. */
export function languageOf(text: string): 'zh' | 'en' {
  return /\p{Script=Han}{2}/u.test(text) ? 'zh' : 'en';
}
