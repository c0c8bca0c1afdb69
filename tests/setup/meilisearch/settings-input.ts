import {
  anything,
  boolean,
  count,
  field,
  list,
  nullable,
  oneOf,
  type Reader,
  readFields,
  string,
  wrongType,
} from './checks.ts';
import { MeilisearchError, NotEmulated } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** Null is a value of its own in settings: back to the default. */
function orReset<T>(read: Reader<T>): Reader<T | null> {
  return (value, at, code) => (value === null ? null : read(value, at, code));
}

function map<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value, at, code) => {
    if (!isObject(value)) throw wrongType(value, at, code, 'an object');
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, read(one, `${at}.${key}`, code) as T]));
  };
}

const locales = [
  'cmn',
  'zho',
  'zh',
  'jpn',
  'ja',
  'kor',
  'ko',
  'eng',
  'en',
  'deu',
  'de',
  'fra',
  'fr',
  'spa',
  'es',
  'rus',
  'ru',
];

export const locale: Reader<string> = (value, at, code) => {
  const given = string(value, at, code);
  if (locales.includes(given)) return given;
  const names = locales.map((one) => `\`${one}\``).join(', ');
  throw new MeilisearchError(code, `Unsupported locale \`${given}\`, expected one of ${names}`);
};

const localizedAttributes = list((value, at, code) =>
  readFields(value, { attributePatterns: field(code, list(string)), locales: field(code, list(locale)) }, at, code),
);

const filterableAttributes = list((value, at, code) => {
  if (typeof value === 'string') return value;
  if (!isObject(value)) throw wrongType(value, at, code, 'a string or an object');
  const filter = (given: Json, below: string) =>
    readFields(given, { equality: field(code, boolean), comparison: field(code, boolean) }, below, code);
  const features = (given: Json, below: string) =>
    readFields(given, { facetSearch: field(code, boolean), filter: field(code, filter) }, below, code);
  const rule = readFields(
    value,
    { attributePatterns: field(code, list(string)), features: field(code, nullable(features)) },
    at,
    code,
  );
  if (rule.attributePatterns === undefined)
    throw new MeilisearchError(code, `Missing field \`attributePatterns\` inside \`${at}\``);
  return rule;
});

const builtInRules = ['words', 'typo', 'proximity', 'attribute', 'attributeRank', 'wordPosition', 'sort', 'exactness'];

const rankingRules: Reader<string[]> = (value, at, code) => {
  const rules = list(string)(value, at, code) as string[];
  for (const [index, rule] of rules.entries()) {
    if (builtInRules.includes(rule) || /^.+:(asc|desc)$/u.test(rule)) continue;
    const why = `\`${rule}\` ranking rule is invalid. Valid ranking rules are words, typo, sort, proximity, attribute, attributeRank, wordPosition, exactness and custom ranking rules.`;
    throw new MeilisearchError(code, `Invalid value at \`${at}[${index}]\`: ${why}`);
  }
  if (rules.includes('attribute') && (rules.includes('attributeRank') || rules.includes('wordPosition')))
    throw new MeilisearchError(
      code,
      `Invalid value at \`${at}\`: \`attribute\` cannot be combined with \`attributeRank\` or \`wordPosition\`.`,
    );
  return rules;
};

const typoTolerance: Reader<JsonObject> = (value, at, code) => {
  const sizes = (given: Json, below: string) =>
    readFields(given, { oneTypo: field(code, orReset(count)), twoTypos: field(code, orReset(count)) }, below, code);
  const read = readFields(
    value,
    {
      enabled: field(code, orReset(boolean)),
      minWordSizeForTypos: field(code, orReset(sizes)),
      disableOnWords: field(code, orReset(list(string))),
      disableOnAttributes: field(code, orReset(list(string))),
      disableOnNumbers: field(code, orReset(boolean)),
    },
    at,
    code,
  );
  const one = read.minWordSizeForTypos?.oneTypo ?? 5;
  const two = read.minWordSizeForTypos?.twoTypos ?? 9;
  if (read.minWordSizeForTypos && (one > two || two > 255))
    throw new MeilisearchError(
      code,
      `\`minWordSizeForTypos\` setting is invalid. \`oneTypo\` and \`twoTypos\` fields should be between \`0\` and \`255\`, and \`twoTypos\` should be greater or equals to \`oneTypo\` but found \`oneTypo: ${one}\` and twoTypos: ${two}\`.`,
    );
  return read as JsonObject;
};

const faceting: Reader<JsonObject> = (value, at, code) =>
  readFields(
    value,
    {
      maxValuesPerFacet: field(code, orReset(count)),
      sortFacetValuesBy: field(code, orReset(map(oneOf('alpha', 'count')))),
    },
    at,
    code,
  ) as JsonObject;

const pagination: Reader<JsonObject> = (value, at, code) =>
  readFields(value, { maxTotalHits: field(code, orReset(count)) }, at, code) as JsonObject;

const embedders: Reader<JsonObject> = (value, at, code) => {
  if (!isObject(value)) throw wrongType(value, at, code, 'an object');
  if (Object.values(value).some((one) => one !== null)) throw new NotEmulated('embedders');
  return {};
};

/** Synonyms of the index's own kind of keys: what is sent comes back in the order of its keys. */
const synonyms: Reader<Record<string, string[]>> = (value, at, code) => {
  const read = map(list(string))(value, at, code) as Record<string, string[]>;
  return Object.fromEntries(Object.entries(read).toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

function setting<T>(path: string, method: 'PUT' | 'PATCH', read: Reader<T>) {
  return { ...field(`invalid_settings_${path.replaceAll('-', '_')}`, orReset(read)), path, method };
}

/** Each setting with the path of its own route and the method that changes it there. */
export const settingFields = {
  displayedAttributes: setting('displayed-attributes', 'PUT', list(string)),
  searchableAttributes: setting('searchable-attributes', 'PUT', list(string)),
  filterableAttributes: setting('filterable-attributes', 'PUT', filterableAttributes),
  sortableAttributes: setting('sortable-attributes', 'PUT', list(string)),
  rankingRules: setting('ranking-rules', 'PUT', rankingRules),
  stopWords: setting('stop-words', 'PUT', list(string)),
  nonSeparatorTokens: setting('non-separator-tokens', 'PUT', list(string)),
  separatorTokens: setting('separator-tokens', 'PUT', list(string)),
  dictionary: setting('dictionary', 'PUT', list(string)),
  synonyms: setting('synonyms', 'PUT', synonyms),
  distinctAttribute: setting('distinct-attribute', 'PUT', string),
  proximityPrecision: setting('proximity-precision', 'PUT', oneOf('byWord', 'byAttribute')),
  typoTolerance: setting('typo-tolerance', 'PATCH', typoTolerance),
  faceting: setting('faceting', 'PATCH', faceting),
  pagination: setting('pagination', 'PATCH', pagination),
  embedders: setting('embedders', 'PATCH', embedders),
  searchCutoffMs: setting('search-cutoff-ms', 'PUT', count),
  localizedAttributes: setting('localized-attributes', 'PUT', localizedAttributes),
  facetSearch: setting('facet-search', 'PUT', boolean),
  prefixSearch: setting('prefix-search', 'PUT', oneOf('indexingTime', 'disabled')),
  foreignKeys: setting('foreign-keys', 'PUT', notEmulated('foreign keys')),
  chat: setting('chat', 'PATCH', notEmulated('chat settings')),
};

function notEmulated(what: string): Reader<Json> {
  return (value) => {
    if (value !== null) throw new NotEmulated(what);
    return anything(value);
  };
}

export type SettingName = keyof typeof settingFields;

/** A change of settings as sent, checked: types and names only, as the server does before it accepts the task. */
export function readSettings(body: Json): JsonObject {
  return readFields(body, settingFields) as JsonObject;
}
