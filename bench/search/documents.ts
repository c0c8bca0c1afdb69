import { moneyBands } from '../../src/core/money.ts';
import type { SearchDocument, SearchKind } from '../../src/core/search-index.ts';
import { ActivityType } from '../../src/demands/inputs.ts';
import { CooperationMode } from '../../src/records/inputs.ts';
import { IprKind, ResultStage } from '../../src/results/inputs.ts';
import { mulberry32, wordOf, zipfRanks } from '../synthetic.ts';

/**
 * Synthetic documents for measuring search. Nine in ten are Chinese: words of two characters out of 20,000 (Zipf, exponent 1;
 * characters out of 2,500), 7–9 words in the title and 110–170 in the text; one in ten is English: 10 and 90–140 words. Two to
 * five keywords, two of them shared by many. Codes are drawn by Zipf, too: industry C is in most, some regions in many.
 * mulberry32 with a seed.
 */
export const documentSettings = { words: 20_000, characters: 2_500, englishShare: 0.1, seed: 20_261_122 };

const firstHan = 0x4e00;
const dayMs = 86_400_000;
const epochMs = Date.UTC(2026, 0, 1);

const technologyFields = Array.from({ length: 60 }, (_, at) => `${1 + (at % 8)}0${1 + Math.floor(at / 8)}`);
const divisions = Array.from({ length: 31 }, (_, at) => String(13 + ((at * 7) % 31)));
const regions = Array.from(
  { length: 900 },
  (_, at) => `${11 + ((at * 13) % 55)}0${1 + (at % 9)}${at % 3 === 0 ? '00' : `0${1 + (at % 7)}`}`,
);

/** The same documents for the same numbers, on every machine. */
export function* searchDocuments(kind: SearchKind, count: number): Generator<SearchDocument> {
  const random = mulberry32(documentSettings.seed + (kind === 'demand' ? 0 : 1));
  const drawWord = zipfRanks(random, documentSettings.words);
  const pick = <Value>(values: readonly Value[]) => picker(random, values);
  const field = pick(technologyFields);
  const division = pick(divisions);
  const region = pick(regions);
  const mode = pick(CooperationMode.enum);
  const band = pick(moneyBands);
  const activity = pick(ActivityType.enum);
  const stage = pick(ResultStage.enum);
  const ipr = pick(IprKind.enum);
  const some = <Value>(draw: () => Value, most: number) => [
    ...new Set(Array.from({ length: 1 + Math.floor(random() * most) }, draw)),
  ];
  for (let at = 0; at < count; at++) {
    const isEnglish = random() < documentSettings.englishShare;
    const word = isEnglish ? () => wordOf(drawWord()) : () => chineseWord(drawWord());
    const words = (least: number, most: number) =>
      Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, word);
    const industries = some(division, 2);
    yield {
      id: idOf(kind, at),
      kind,
      version: 1,
      title: isEnglish ? words(10, 10).join(' ') : words(7, 9).join(''),
      keywords: [...some(word, 4), `${kind === 'demand' ? 'D' : 'R'}2026-${String(at).padStart(6, '0')}`],
      body: isEnglish ? words(90, 140).join(' ') : sentences(words(110, 170)),
      language: isEnglish ? 'en' : 'zh',
      technologyFields: some(field, 2),
      industries: [...industries, 'C'],
      cooperationModes: some(mode, 2),
      regionCode: region(),
      trl: random() < 0.1 ? null : 1 + Math.floor(random() * 9),
      moneyBand: random() < 0.2 ? null : band(),
      activityType: kind === 'demand' ? activity() : null,
      stage: kind === 'result' ? stage() : null,
      iprKinds: kind === 'result' ? some(ipr, 2) : [],
      publishedAt: new Date(epochMs + Math.floor(random() * 300 * dayMs)),
      validUntil: random() < 0.3 ? null : new Date(epochMs + Math.floor((300 + random() * 300) * dayMs)),
    };
  }
}

/** The word of a rank, two characters; neighbouring ranks share none. */
export function chineseWord(rank: number): string {
  const { characters } = documentSettings;
  const first = (rank * 7 + 1) % characters;
  const second = (rank * 13 + Math.floor(rank / characters) * 17 + 5) % characters;
  return String.fromCharCode(firstHan + first, firstHan + second);
}

function sentences(words: readonly string[]): string {
  return words.map((word, at) => (at % 9 === 8 ? `${word}，` : word)).join('');
}

function picker<Value>(random: () => number, values: readonly Value[]): () => Value {
  const draw = zipfRanks(random, values.length);
  return () => values[draw()] as Value;
}

function idOf(kind: SearchKind, at: number): string {
  return `0192f0c4-000${kind === 'demand' ? 1 : 2}-7000-8000-${String(at).padStart(12, '0')}`;
}
