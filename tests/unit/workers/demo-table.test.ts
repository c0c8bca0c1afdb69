import { describe, expect, it } from 'vitest';
import { cutTo, displayWidth, tableRow, wrapTo } from '../../../workers/demo/table.ts';

describe('text in columns of a terminal', () => {
  it('a Chinese character takes two columns, a Latin letter one', () => {
    expect(displayWidth('高纯铟')).toBe(6);
    expect(displayWidth('「6N」，indium')).toBe(14);
  });

  it('a text that is cut is marked and never wider than its column', () => {
    expect(cutTo('高纯铟', 6)).toBe('高纯铟');
    expect(cutTo('高纯铟回收', 6)).toBe('高纯…');
    expect(displayWidth(cutTo('高纯铟回收', 8))).toBeLessThanOrEqual(8);
  });

  it('line breaks and runs of spaces become one space', () => {
    expect(cutTo(' a\n  b ', 10)).toBe('a b');
  });

  it('English is wrapped between words, Chinese between any two characters', () => {
    expect(wrapTo('the texts fit well', 10, 3)).toEqual(['the texts', 'fit well']);
    expect(wrapTo('内容比较吻合', 6, 2)).toEqual(['内容比', '较吻合']);
  });

  it('what does not fit the last line is marked', () => {
    expect(wrapTo('内容比较吻合，双方都提到', 6, 2)).toEqual(['内容比', '较吻…']);
  });

  it('a word longer than the line is broken rather than lost', () => {
    expect(wrapTo('electrodeposition', 6, 3)).toEqual(['electr', 'odepos', 'ition']);
  });

  it('columns stay in line whatever the script', () => {
    const rows = [tableRow(['经纪人', '牵线', 'open'], [8, 6, 6]), tableRow(['broker', 'asks', 'open'], [8, 6, 6])];
    expect(rows).toEqual(['经纪人   │ 牵线   │ open', 'broker   │ asks   │ open']);
  });
});
