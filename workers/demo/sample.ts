import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../db/package-root.ts';
import { regionChain } from '../../src/core/region-codes.ts';
import type { CreateDemand } from '../../src/demands/inputs.ts';
import type { Contact, RegisterOrganization } from '../../src/organizations/inputs.ts';
import type { CreateResult } from '../../src/results/inputs.ts';

/** Records of `db/seed/demo/*.json` name each other by key. */
export type SampleOrganization = RegisterOrganization & { key: string; contact: Contact & { email: string } };
export type SampleDemand = CreateDemand & { key: string; organization: string; regionCode: string };
export type SampleResult = CreateResult & { key: string; organization: string; regionCode: string };
export type SamplePair = { demand: SampleDemand; result: SampleResult };

export interface Sample {
  organizations: Map<string, SampleOrganization>;
  /** All but those of the first pair, which the story posts. */
  demands: SampleDemand[];
  results: SampleResult[];
  /** Known right answers, the one that the first story tells first. */
  pairs: [SamplePair, ...SamplePair[]];
  /** Region codes that get a market, provinces first. */
  marketRegions: string[];
}

interface SampleFile {
  organizations: SampleOrganization[];
  demands: SampleDemand[];
  results: SampleResult[];
  pairs: { demand: string; result: string }[];
}

/** High-purity indium from zinc-bearing solid waste. */
const firstDemand = 'r7-indium';

export function readSample(): Sample {
  const folder = join(packageRoot(), 'db', 'seed', 'demo');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as SampleFile);
  const organizations = files.flatMap((file) => file.organizations);
  const demands = byKey(files.flatMap((file) => file.demands));
  const results = byKey(files.flatMap((file) => file.results));
  const pairs = files
    .flatMap((file) => file.pairs)
    .map((pair): SamplePair => ({ demand: known(demands, pair.demand), result: known(results, pair.result) }));
  const first = pairs.find((pair) => pair.demand.key === firstDemand);
  if (first === undefined) throw new Error(`db/seed/demo has no pair for ${firstDemand}`);
  return {
    organizations: byKey(organizations),
    demands: [...demands.values()].filter((demand) => demand !== first.demand),
    results: [...results.values()].filter((result) => result !== first.result),
    pairs: [first, ...pairs.filter((pair) => pair !== first)],
    marketRegions: marketRegionsOf([...organizations, ...demands.values(), ...results.values()], pairs),
  };
}

function byKey<Item extends { key: string }>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.key, item]));
}

export function known<Item>(items: ReadonlyMap<string, Item>, key: string): Item {
  const item = items.get(key);
  if (item === undefined) throw new Error(`db/seed/demo names ${key}, which it does not hold`);
  return item;
}

/** A market for each province, and for the cities of pairs within one province: the two sides lie in two markets. */
function marketRegionsOf(records: readonly { regionCode: string }[], pairs: readonly SamplePair[]): string[] {
  const provinces = records.map((record) => provinceOf(record.regionCode));
  const cities = pairs
    .map(({ demand, result }) => [cityOf(demand.regionCode), cityOf(result.regionCode)] as const)
    .filter(([demand, result]) => demand !== result && provinceOf(demand) === provinceOf(result))
    .flat()
    .filter((city) => city !== provinceOf(city));
  return [...new Set([...provinces.sort(), ...cities.sort()])];
}

function provinceOf(regionCode: string): string {
  return `${regionCode.slice(0, 2)}0000`;
}

function cityOf(regionCode: string): string {
  return `${regionCode.slice(0, 4)}00`;
}

/** The region whose market is the home market of this one. */
export function homeRegion(sample: Sample, regionCode: string): string {
  const region = regionChain(regionCode).find((code) => sample.marketRegions.includes(code));
  if (region === undefined) throw new Error(`no sample market lies around ${regionCode}`);
  return region;
}

/** Names of regions by code, in Chinese. */
export function readRegionNames(): Map<string, string> {
  const file = join(packageRoot(), 'db', 'seed', 'vocabularies', 'regions.json');
  const terms = JSON.parse(readFileSync(file, 'utf8')) as { code: string; zh: string }[];
  return new Map(terms.map((term) => [term.code, term.zh]));
}
