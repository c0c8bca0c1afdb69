import { regionChain } from '../../core/region-codes.ts';
import type { SearchDocument } from '../../core/search-index.ts';
import { type AnalyseText, storableText } from '../index-terms.ts';
import { withoutMarks } from './marks.ts';

/** A document as the server keeps it. What is unknown is left out: the server then neither counts nor compares it. */
export interface IndexedDocument {
  id: string;
  version: number;
  title_zh?: string;
  title_en?: string;
  body_zh?: string;
  body_en?: string;
  keywords: string[];
  characters: string;
  language: string;
  /** With the first level of each. */
  technologyFields: string[];
  industries: string[];
  cooperationModes: string[];
  /** The region and those around it, so that "in it or below" is an equality. */
  regions: string[];
  trl?: number;
  moneyBand?: string;
  activityType?: string;
  stage?: string;
  iprKinds: string[];
  /** Unix seconds, as the next. */
  publishedAt: number;
  validUntil?: number;
}

/** The server does not filter on, or count, what is longer. */
const maxFacetValueBytes = 468;
const maxCharacters = 20_000;

const cjk = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー〇]+$/u;

export function toIndexedDocument(document: SearchDocument, analyse: AnalyseText): IndexedDocument {
  const { id, version, language, trl, moneyBand, activityType, stage, validUntil } = document;
  const title = withoutMarks(storableText(document.title));
  const body = withoutMarks(storableText(document.body));
  const keywords = document.keywords.map((keyword) =>
    withinBytes(withoutMarks(storableText(keyword)), maxFacetValueBytes),
  );
  return {
    id,
    version,
    ...(isChinese(title, language) ? { title_zh: title } : { title_en: title }),
    ...(isChinese(body, language) ? { body_zh: body } : { body_en: body }),
    keywords,
    characters: charactersOf([title, ...keywords, body].join('\n'), analyse),
    language,
    technologyFields: [...new Set(document.technologyFields.flatMap((code) => [code, code.slice(0, 1)]))],
    industries: [...document.industries],
    cooperationModes: [...document.cooperationModes],
    regions: regionChain(document.regionCode),
    ...(trl === null ? {} : { trl }),
    ...(moneyBand === null ? {} : { moneyBand }),
    ...(activityType === null ? {} : { activityType }),
    ...(stage === null ? {} : { stage }),
    iprKinds: [...document.iprKinds],
    publishedAt: document.publishedAt.getTime() / 1_000,
    ...(validUntil === null ? {} : { validUntil: validUntil.getTime() / 1_000 }),
  };
}

/** By its script; the record's language decides for a text without letters of either. Mixed text is Chinese with foreign words. */
function isChinese(text: string, language: string): boolean {
  if (/\p{Script=Han}/u.test(text)) return true;
  return language === 'zh' && !/\p{Script=Latin}/u.test(text);
}

/** The normalized characters of each run of Chinese, apart from each other; runs are kept from touching. */
function charactersOf(text: string, analyse: AnalyseText): string {
  let characters = '';
  let length = 0;
  let previousEnd = -1;
  for (const { term, start, end } of analyse(text).tokens) {
    if (!cjk.test(term)) continue;
    const [first = '', ...rest] = Array.from(term);
    // Pairs overlap: of one that continues a run only the last character is new.
    const isNext = start < previousEnd;
    const added = isNext ? rest : [first, ...rest];
    characters += `${isNext || length === 0 ? ' ' : ' . '}${added.join(' ')}`;
    length += added.length;
    previousEnd = end;
    if (length >= maxCharacters) break;
  }
  return characters.trim();
}

/** The longest beginning that fits, in whole characters. */
export function withinBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}
