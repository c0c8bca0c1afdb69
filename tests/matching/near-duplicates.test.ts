import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ComparedRecord, DuplicateJudge, duplicateLikeness } from '../../src/matching/duplicates.ts';
import { loadSample } from './sample-records.ts';

interface Told {
  of: string;
  same: boolean;
  title: string;
  summary: string;
  body: string;
}

const file = new URL('./fixtures/near-duplicates.json', import.meta.url);
const { records } = JSON.parse(readFileSync(file, 'utf8')) as { records: Told[] };
const { demands, results } = loadSample();

function lines(...texts: (string | null)[]): string {
  return texts.filter(Boolean).join('\n');
}

const sample = new Map<string, ComparedRecord & { kind: string }>([
  ...demands.map(
    (one) =>
      [
        one.id,
        {
          ...one,
          kind: 'demand',
          text: lines(one.title, one.summary, one.problem, one.keyTechnology, one.expectedOutcome),
        },
      ] as const,
  ),
  ...results.map(
    (one) =>
      [
        one.id,
        { ...one, kind: 'result', text: lines(one.title, one.summary, one.description, one.advantages) },
      ] as const,
  ),
]);
const judge = new DuplicateJudge([...sample.values()].map(({ text }) => text));

function likenessOf({ of, title, summary, body }: Told): number {
  const original = sample.get(of);
  if (original === undefined) throw new Error(of);
  return judge.likeness({ text: lines(title, summary, body), keywords: [] }, original);
}

describe('the duplicate check, on re-posts and look-alikes that were written before it', () => {
  it('finds at least 95 % of the re-posts', () => {
    const reposts = records.filter(({ same }) => same);
    const found = reposts.filter((one) => likenessOf(one) >= duplicateLikeness);
    expect(found.length / reposts.length).toBeGreaterThanOrEqual(0.95);
  });

  it('takes at most 2 % of all that is another need for the same one, and few of those that were made to look alike', () => {
    const others = records.filter(({ same }) => !same);
    const hard = others.filter((one) => likenessOf(one) >= duplicateLikeness).map(({ of }) => of);
    // Each with the five after it: neighbours are of one field.
    const entries = [...sample.values()];
    const pairs = entries.flatMap((one, at) =>
      entries.slice(at + 1, at + 6).flatMap((other) => (one.kind === other.kind ? [{ one, other }] : [])),
    );
    const easy = pairs.filter(({ one, other }) => judge.likeness(one, other) >= duplicateLikeness);
    expect(hard.length / others.length).toBeLessThanOrEqual(0.03);
    expect((hard.length + easy.length) / (others.length + sample.size)).toBeLessThanOrEqual(0.02);
  });

  it('finds every record again: as it is, with half of its sentences left out, with its last two replaced', () => {
    const originals = [...sample.values()];
    for (const [at, original] of originals.entries()) {
      const sentences = original.text.split(/(?<=[，。；;,.!?\n])/);
      const foreign = (originals[(at + 7) % originals.length]?.text ?? '').split(/(?<=[，。；;,.!?\n])/).slice(3, 5);
      expect(judge.likeness(original, original)).toBeGreaterThan(duplicateLikeness);
      const first = sentences.slice(0, Math.ceil(sentences.length * 0.6)).join('');
      expect(judge.likeness({ ...original, text: first }, original)).toBeGreaterThan(duplicateLikeness);
      const replaced = [...sentences.slice(0, -2), ...foreign].join('');
      expect(judge.likeness({ ...original, text: replaced }, original)).toBeGreaterThan(duplicateLikeness - 0.05);
    }
  });

  it('judges the same whatever it has read before, and more than it remembers', () => {
    const texts = [...sample.values()];
    const pairs = texts
      .slice(0, 12)
      .map((one, at) => [one, { ...one, keywords: texts[at + 1]?.keywords ?? [] }] as const);
    const copied = ({ text, keywords }: ComparedRecord) => ({ text, keywords: [...keywords] });
    const judged = (by: DuplicateJudge) =>
      pairs.flatMap(([one, other]) => [
        by.likeness(copied(one), copied(other)),
        by.likeness(copied(other), copied(one)),
        by.likeness(copied(one), copied(one)),
      ]);
    const background = texts.map(({ text }) => text);
    const fresh = pairs.flatMap((pair) => {
      const alone = (a: 0 | 1, b: 0 | 1) => new DuplicateJudge(background).likeness(copied(pair[a]), copied(pair[b]));
      return [alone(0, 1), alone(1, 0), alone(0, 0)];
    });
    const used = new DuplicateJudge(background);
    expect(judged(used)).toEqual(fresh);
    for (const [at, one] of texts.entries()) used.likeness(one, { ...one, text: `${one.text}\n${at}`.repeat(2) });
    expect(judged(used)).toEqual(fresh);
  });

  it('looks by turns for what the trade’s texts rarely say and for what they never say, each once', () => {
    const background = ['钢渣 钢渣', '钢渣 污泥', '污泥 电炉', '电炉', '电炉'];
    const terms = ['电炉', '新词', '钢渣', '污泥', '新词', '另词', '第三'];
    expect(new DuplicateJudge(background).tellingTerms(terms)).toEqual([
      '钢渣',
      '新词',
      '污泥',
      '另词',
      '电炉',
      '第三',
    ]);
  });

  it('shows the passages that say the same', () => {
    const [repost] = records;
    const original = sample.get(repost?.of ?? '');
    const passages = judge.passages(lines(repost?.body ?? ''), original?.text ?? '', 3);
    expect(passages.length).toBeGreaterThan(0);
    for (const { text, other } of passages) {
      expect(repost?.body).toContain(text);
      expect(original?.text).toContain(other);
    }
  });
});
