import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildRegions, formatRegions } from '../../../db/seed/generate-regions.ts';

type Term = { code: string; parentCode: string | null; zh: string; en: string | null };

const folder = new URL('../../../db/seed/vocabularies/', import.meta.url);
const termFiles = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && !file.endsWith('-crosswalk.json'))
  .sort();

function readText(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

function readTerms(file: string): Term[] {
  return JSON.parse(readText(file)) as Term[];
}

function codesOf(terms: Term[]): string[] {
  return terms.map((term) => term.code);
}

describe('the vocabulary files', () => {
  it('are the ones that the project uses', () => {
    expect(termFiles).toEqual([
      'activity-types.json',
      'budget-bands.json',
      'budget-categories.json',
      'contract-fields.json',
      'contract-ipr-kinds.json',
      'contract-party-kinds.json',
      'contract-types.json',
      'contribution-kinds.json',
      'cooperation-modes.json',
      'decline-reasons.json',
      'demand-outcomes.json',
      'dismiss-reasons.json',
      'exclusivity.json',
      'industries.json',
      'ipr-kinds.json',
      'organization-kinds.json',
      'organization-tiers.json',
      'payment-modes.json',
      'plan-sources.json',
      'regions.json',
      'restriction-kinds.json',
      'result-stages.json',
      'size-bands.json',
      'socioeconomic-goals.json',
      'technology-fields.json',
      'termination-reasons.json',
      'trl.json',
    ]);
  });

  describe.each(termFiles)('%s', (file) => {
    const terms = readTerms(file);

    it('has exactly the four keys of a term in every row', () => {
      const odd = terms.filter((term) => Object.keys(term).join() !== 'code,parentCode,zh,en');
      expect(terms.length).toBeGreaterThan(0);
      expect(odd).toEqual([]);
    });

    it('has unique codes', () => {
      const codes = codesOf(terms);
      expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    });

    it('names only parents that are in the file, above their children', () => {
      const seen = new Set<string>();
      const orphans = terms.filter((term) => {
        seen.add(term.code);
        return term.parentCode !== null && (term.parentCode === term.code || !seen.has(term.parentCode));
      });
      expect(orphans).toEqual([]);
    });

    it('has a Chinese label on every term', () => {
      expect(terms.filter((term) => !/\p{Script=Han}/u.test(term.zh) || term.zh !== term.zh.trim())).toEqual([]);
    });
  });

  it.each(termFiles.filter((file) => file !== 'regions.json'))('%s has an English label on every term', (file) => {
    expect(readTerms(file).filter((term) => !/^[A-Z][\x20-\x7e]*$/.test(term.en ?? ''))).toEqual([]);
  });
});

describe('the technology fields', () => {
  const fields = readTerms('technology-fields.json');
  const contractFields = codesOf(readTerms('contract-fields.json'));

  it('are eight at the first level and carry the first digit of their parent at the second', () => {
    const top = fields.filter((field) => field.parentCode === null);
    expect(codesOf(top)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    const second = fields.filter((field) => field.parentCode !== null);
    expect(second.filter((field) => !/^[1-8]0[1-9]$/.test(field.code) || field.code[0] !== field.parentCode)).toEqual(
      [],
    );
  });

  it('have as many second-level fields under each field as the national list', () => {
    const counts = ['1', '2', '3', '4', '5', '6', '7', '8'].map(
      (code) => fields.filter((field) => field.parentCode === code).length,
    );
    expect(counts).toEqual([8, 7, 2, 6, 8, 4, 8, 9]);
  });

  it('stand beside eleven contract fields', () => {
    expect(contractFields).toEqual(['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11']);
  });
});

describe('the crosswalks', () => {
  const crosswalk = (name: string) => JSON.parse(readText(`${name}-crosswalk.json`)) as Record<string, string>[];
  const targets = (name: string) => new Map(crosswalk(name).map((row) => Object.values(row) as [string, string]));

  it.each([
    ['field', 'technologyField', 'technology-fields', 'contractField', 'contract-fields'],
    ['contract-field', 'contractField', 'contract-fields', 'technologyField', 'technology-fields'],
    ['field-industry', 'technologyField', 'technology-fields', 'industry', 'industries'],
    ['industry-field', 'industry', 'industries', 'technologyField', 'technology-fields'],
  ])('%s leads from every code, at both levels, to exactly one existing code', (name, from, fromFile, to, toFile) => {
    const known = codesOf(readTerms(`${toFile}.json`));
    expect(crosswalk(name).filter((row) => Object.keys(row).join() !== `${from},${to}`)).toEqual([]);
    expect(crosswalk(name).map((row) => row[from])).toEqual(codesOf(readTerms(`${fromFile}.json`)));
    expect(crosswalk(name).filter((row) => !known.includes(row[to] ?? ''))).toEqual([]);
  });

  it('lead from a contract field back to itself, but for nuclear applications', () => {
    const [there, back] = [targets('contract-field'), targets('field')];
    const elsewhere = [...there].filter(([contractField, field]) => back.get(field) !== contractField);
    expect(elsewhere.map(([contractField]) => contractField)).toEqual(['08']);
  });

  it('lead from an industry by its technology field to the contract field that bears its name', () => {
    const contractFieldOf = (industry: string) => targets('field').get(targets('industry-field').get(industry) ?? '');
    const named = { A: '09', G: '10', I: '01', N: '07', '27': '04', '37': '03', '44': '06', '56': '02', '78': '11' };
    expect(Object.keys(named).map((industry) => [industry, contractFieldOf(industry)])).toEqual(Object.entries(named));
  });
});

describe('the vocabularies of the registration form', () => {
  it('have the five types of technology contracts at the first level, each with sub-types', () => {
    const types = readTerms('contract-types.json');
    const top = codesOf(types.filter((type) => type.parentCode === null));
    expect(top).toEqual(['technology_development', 'transfer', 'licence', 'consulting', 'service']);
    for (const code of top) expect(types.filter((type) => type.parentCode === code).length).toBeGreaterThan(1);
  });

  it('know every kind of right that a result may name, but "other"', () => {
    const known = codesOf(readTerms('contract-ipr-kinds.json'));
    const ofResults = codesOf(readTerms('ipr-kinds.json')).filter((code) => code !== 'other');
    expect(ofResults.filter((code) => !known.includes(code))).toEqual([]);
  });

  it('number the 13 classes of socio-economic goals', () => {
    const goals = codesOf(readTerms('socioeconomic-goals.json'));
    expect(goals).toEqual(Array.from({ length: 13 }, (_, index) => String(index + 1).padStart(2, '0')));
  });
});

describe('the industries', () => {
  const industries = readTerms('industries.json');

  it('are the 20 sections A to T and the 97 divisions of GB/T 4754-2017', () => {
    const sections = industries.filter((industry) => industry.parentCode === null);
    const divisions = industries.filter((industry) => industry.parentCode !== null);
    expect(codesOf(sections).join('')).toBe('ABCDEFGHIJKLMNOPQRST');
    expect(codesOf(divisions)).toEqual(Array.from({ length: 97 }, (_, index) => String(index + 1).padStart(2, '0')));
  });

  it('place the divisions where the standard does', () => {
    const last = new Map(industries.map((industry) => [industry.parentCode, industry.code]));
    last.delete(null);
    expect([...last.values()].join(' ')).toBe('05 12 43 46 50 52 60 62 65 69 70 72 75 79 82 83 85 90 96 97');
  });
});

describe('the regions', () => {
  const regions = readTerms('regions.json');
  const byCode = new Map(regions.map((region) => [region.code, region]));

  it('have six-digit codes in ascending order', () => {
    const codes = codesOf(regions);
    expect(codes.filter((code) => !/^[1-8]\d{5}$/.test(code))).toEqual([]);
    expect(codes).toEqual([...codes].sort());
  });

  it('reach their parent and their province by zeroing digits', () => {
    const broken = regions.filter(({ code, parentCode }) => {
      const province = `${code.slice(0, 2)}0000`;
      const city = `${code.slice(0, 4)}00`;
      const parent = code === province ? null : code === city ? province : city;
      return parentCode !== parent || (parent !== null && !byCode.has(parent)) || !byCode.has(province);
    });
    expect(broken).toEqual([]);
  });

  it('include the 34 provinces, Hong Kong, Macao and Taiwan among them, all named in English', () => {
    const provinces = regions.filter((region) => region.parentCode === null);
    expect(provinces).toHaveLength(34);
    expect(provinces.filter((province) => province.en === null)).toEqual([]);
    expect(['710000', '810000', '820000'].map((code) => byCode.get(code)?.zh)).toEqual([
      '台湾省',
      '香港特别行政区',
      '澳门特别行政区',
    ]);
  });

  it('name every city in English and leave counties unnamed', () => {
    const wrong = regions.filter(({ code, en }) => (en === null) !== !code.endsWith('00'));
    expect(wrong).toEqual([]);
  });

  it.each([
    ['110101', '东城区', '110100', '110000'],
    ['429004', '仙桃市', '429000', '420000'],
    ['460302', '南沙区', '460300', '460000'],
    ['469001', '五指山市', '469000', '460000'],
    ['500229', '城口县', '500200', '500000'],
    ['640302', '利通区', '640300', '640000'],
    ['659001', '石河子市', '659000', '650000'],
  ])('place %s %s under %s and %s', (code, name, city, province) => {
    expect(byCode.get(code)).toMatchObject({ zh: name, parentCode: city });
    expect(byCode.get(city)?.parentCode).toBe(province);
  });

  it('hold no functional zones, which are no administrative divisions', () => {
    expect(regions.filter((region) => /开发区|业园区|示范区|管理区|实验区/.test(region.zh))).toEqual([]);
  });

  it('are what the generator writes', () => {
    expect(readText('regions.json')).toBe(formatRegions(buildRegions()));
  });
});
