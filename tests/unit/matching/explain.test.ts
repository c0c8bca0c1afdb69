import { describe, expect, it } from 'vitest';
import { rankPair } from '../../../src/matching/rank.ts';
import type { RecordPlace } from '../../../src/matching/types.ts';
import { contextOf, demandOf, resultOf } from './records.ts';

const demand = demandOf({
  indicators: [{ name: '铟纯度', comparator: '>=', value: '6N', mustHave: true }],
  alreadyTried: '秘密路线甲',
});
const result = resultOf({ indicators: [{ name: '纯度', value: 99.999, unit: '%' }] });
const ranked = rankPair(demand, result, contextOf());

function textAt(record: object, { field, item, start, end }: RecordPlace): string {
  const value: unknown = Reflect.get(record, field);
  const entry: unknown = Array.isArray(value) && item !== undefined ? value[item] : value;
  const text: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'name') : entry;
  return String(text).slice(start, end);
}

describe('an explanation', () => {
  it('says in both languages what the texts share, what is short and what would qualify the pair', () => {
    expect(ranked?.explanation.zh.join('')).toContain('高纯铟');
    expect(ranked?.explanation.zh).toContain('指标“铟纯度”差 0.0009 %：要求 ≥ 99.9999 %，成果为 99.999 %。');
    expect(ranked?.explanation.en).toContain(
      'Indicator "铟纯度" is short by 0.0009 %: ≥ 99.9999 % wanted, 99.999 % offered.',
    );
    expect(ranked?.explanation.zh.at(-1)).toMatch(/^只差一项条件/);
    expect(ranked?.explanation.en.at(-1)).toMatch(/^One condition is in the way/);
    expect(ranked?.explanation.zh).toHaveLength(ranked?.explanation.en.length ?? 0);
  });

  it('points at the matched terms where they stand in both records', () => {
    const terms = ranked?.explanation.terms ?? [];
    expect(terms.length).toBeGreaterThan(0);
    for (const { demandText, resultText, demandPlaces, resultPlaces } of terms) {
      for (const place of demandPlaces) {
        expect(textAt(demand, place).toLowerCase()).toBe(demandText.toLowerCase());
      }
      for (const place of resultPlaces) {
        expect(textAt(result, place)).toBe(resultText);
      }
    }
  });

  it('draws on public fields only', () => {
    const confidential = {
      contact: { name: '保密联系人', phone: '13800000000' },
      detail: '保密细节',
      budgetMinCny: 1234567,
    };
    const leaking = rankPair({ ...demand, ...confidential }, { ...result, ...confidential }, contextOf());
    expect(leaking).toEqual(ranked);
    const shown = JSON.stringify(ranked);
    for (const secret of ['保密', '1234567', 'enterprise-1', 'university-1', '秘密路线']) {
      expect(shown).not.toContain(secret);
    }
  });

  it('names money by its band', () => {
    expect(ranked?.explanation.en).toContain(
      'The price (CNY 1 to 5 million) is within the budget (CNY 1 to 5 million).',
    );
  });
});
