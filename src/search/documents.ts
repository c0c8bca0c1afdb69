import { moneyBandIn } from '../core/money.ts';
import type { SearchDocument } from '../core/search-index.ts';
import type { DemandRow } from '../demands/service.ts';
import type { ResultRow } from '../results/service.ts';

/** First and last division of each section (GB/T 4754-2017). */
const sections: readonly (readonly [section: string, first: number, last: number])[] = [
  ['A', 1, 5],
  ['B', 6, 12],
  ['C', 13, 43],
  ['D', 44, 46],
  ['E', 47, 50],
  ['F', 51, 52],
  ['G', 53, 60],
  ['H', 61, 62],
  ['I', 63, 65],
  ['J', 66, 69],
  ['K', 70, 70],
  ['L', 71, 72],
  ['M', 73, 75],
  ['N', 76, 79],
  ['O', 80, 82],
  ['P', 83, 83],
  ['Q', 84, 85],
  ['R', 86, 90],
  ['S', 91, 96],
  ['T', 97, 97],
];

/**
 * What the index holds of a demand: public fields, and nothing of whose it is, so that an anonymous one cannot be found
 * by its owner. What was tried or is refused names the wrong technologies and stays out, as in matching.
 */
export function demandDocument(row: DemandRow): SearchDocument {
  return {
    ...shared(row),
    kind: 'demand',
    keywords: [...row.keywords, row.code],
    body: joined(
      row.summary,
      row.problem,
      row.keyTechnology,
      row.expectedOutcome,
      ...row.indicators.map(({ name }) => name),
    ),
    industries: withSections(row.industry === null ? [] : [row.industry]),
    trl: row.targetTrl,
    moneyBand: moneyBandIn(row.budgetBand),
    activityType: row.activityType,
    stage: null,
    iprKinds: [],
  };
}

/** A result is also found by the names on it and by its patents' numbers, which are public. */
export function resultDocument(row: ResultRow): SearchDocument {
  const names = [...row.owners, ...row.inventors].map(({ name }) => name);
  const patents = row.ipr.flatMap(({ number }) => number ?? []);
  return {
    ...shared(row),
    kind: 'result',
    keywords: [...row.keywords, row.code, ...names, ...patents],
    body: joined(row.summary, row.description, row.advantages, ...row.indicators.map(({ name }) => name)),
    industries: withSections(row.applicationIndustries),
    trl: row.trl,
    moneyBand: moneyBandIn(row.priceBand),
    activityType: null,
    stage: row.stage,
    iprKinds: [...new Set(row.ipr.map(({ kind }) => kind))],
  };
}

function shared(row: DemandRow | ResultRow) {
  return {
    id: row.id,
    version: row.contentVersion,
    title: row.title,
    language: row.language,
    technologyFields: row.technologyFields,
    cooperationModes: row.cooperationModes,
    regionCode: row.regionCode,
    publishedAt: row.publishedAt ?? row.createdAt,
    validUntil: row.validUntil,
  };
}

function joined(...parts: readonly (string | null)[]): string {
  return parts.filter(Boolean).join('\n');
}

/** A division is also found by its section. */
function withSections(codes: readonly string[]): string[] {
  const above = codes.flatMap(
    (code) => sections.find(([, first, last]) => first <= Number(code) && Number(code) <= last)?.[0] ?? [],
  );
  return [...new Set([...codes, ...above])];
}
