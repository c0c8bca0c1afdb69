import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiagnosedContent } from '../../../db/schema/index.ts';
import { differenceOf } from '../../../src/diagnoses/rules.ts';

const content: DiagnosedContent = {
  title: '粗铟提纯',
  summary: '',
  problem: '现有萃取流程产品只能到 4N5。',
  keyTechnology: null,
  expectedOutcome: null,
  indicators: [{ name: '铟纯度', comparator: '>=', value: 99.99, unit: '%', mustHave: true }],
  alreadyTried: null,
  notAcceptable: null,
  keywords: ['铟', '提纯'],
  technologyFields: ['703'],
  industry: null,
  activityType: null,
  cooperationModes: ['licence'],
  targetTrl: null,
};
const between = (changes: Partial<DiagnosedContent>) => differenceOf(content, { ...content, ...changes });
const written = (changes: Partial<DiagnosedContent>) =>
  between(changes)[0]?.segments.map(({ change, text }) => `${{ same: ' ', removed: '-', added: '+' }[change]}${text}`);

describe('the difference of two versions', () => {
  it('is nothing where nothing changed', () => {
    expect(between({})).toEqual([]);
  });

  it('goes by words of Chinese, joined where they stand together', () => {
    expect(written({ problem: '现有电解流程产品只能到 4N5。' })).toEqual([
      ' 现有',
      '-萃取',
      '+电解',
      ' 流程产品只能到 4N5。',
    ]);
    expect(written({ title: '粗铟膜电解提纯' })).toEqual([' 粗铟', '+膜电解', ' 提纯']);
  });

  it('goes by items of lists, an indicator being one, and takes other values whole', () => {
    expect(written({ keywords: ['铟', '膜电解'] })).toEqual([' 铟', '-提纯', '+膜电解']);
    const purity = { name: '铟纯度', comparator: '>=' as const, value: 99.9999, unit: '%', mustHave: true };
    expect(written({ indicators: [purity] })).toEqual(['-铟纯度 ≥ 99.99 % *', '+铟纯度 ≥ 99.9999 % *']);
    expect(written({ targetTrl: 6 })).toEqual(['+6']);
    expect(between({ keyTechnology: '膜电解', targetTrl: 6 }).map(({ field, kind }) => [field, kind])).toEqual([
      ['keyTechnology', 'text'],
      ['targetTrl', 'value'],
    ]);
  });

  it('without what was added is the text before, without what was removed the text after, and never longer than it need be', () => {
    const text = fc
      .array(fc.constantFrom('a ', 'b ', 'c ', '电解', '铟'), { maxLength: 30 })
      .map((words) => words.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const [field] = differenceOf({ ...content, problem: before }, { ...content, problem: after });
        const segments = field?.segments ?? [{ change: 'same' as const, text: before }];
        const without = (change: string) =>
          segments.flatMap((part) => (part.change === change ? [] : part.text)).join('');
        expect([without('added'), without('removed')]).toEqual([before, after]);
      }),
    );
    const items = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(items, items, (before, after) => {
        const [field] = differenceOf({ ...content, keywords: before }, { ...content, keywords: after });
        const kept = field?.segments.filter(({ change }) => change === 'same').length ?? before.length;
        expect(kept).toBe(longestCommon(before, after));
      }),
    );
  });

  it('shows a text that was written anew whole, old before new', () => {
    const words = (name: string) => Array.from({ length: 700 }, (_, at) => `${name}${at}`).join(' ');
    const segments = between({ problem: null })[0]?.segments;
    expect(segments).toEqual([{ change: 'removed', text: content.problem }]);
    const [field] = differenceOf({ ...content, problem: words('x') }, { ...content, problem: words('y') });
    const without = (change: string) => field?.segments.flatMap((part) => (part.change === change ? [] : part.text));
    expect([without('added')?.join(''), without('removed')?.join('')]).toEqual([words('x'), words('y')]);
  });
});

function longestCommon(a: string[], b: string[]): number {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[];
      row[j] = a[i] === b[j] ? (lengths[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  return lengths[0]?.[0] ?? 0;
}
