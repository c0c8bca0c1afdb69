import { describe, expect, it } from 'vitest';
import { analyseDocument } from '../../../src/matching/engine/analyse-document.ts';
import { createEngine, type Engine } from '../../../src/matching/engine/engine.ts';
import { discountShared } from '../../../src/matching/engine/feedback.ts';
import { InvertedIndex } from '../../../src/matching/engine/inverted-index.ts';
import { parameters } from '../../../src/matching/engine/parameters.ts';
import { prepareQuery } from '../../../src/matching/engine/query.ts';
import type { EngineDocument, TextFields } from '../../../src/matching/engine/types.ts';
import { holdBackLong, verbosity } from '../../../src/matching/engine/verbose-query.ts';

function fieldsOf(body: string): TextFields {
  return { title: '', keywords: '', body };
}

function engineWith(documents: readonly EngineDocument[]): Engine {
  const engine = createEngine();
  for (const document of documents) {
    engine.upsert(document);
  }
  return engine;
}

/** Different words, none of them a stop word, none with a stem in common. */
function wordsFrom(first: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `w${first + at}x`).join(' ');
}

/** All hold "membrane", every other one "cell", one "iridium". */
const topic = Array.from({ length: 24 }, (_, at) => ({
  id: `d${String(at).padStart(2, '0')}`,
  fields: fieldsOf(
    `membrane ${at % 2 === 0 ? 'cell' : 'stack'} ${at === 7 ? 'iridium' : 'nickel'} ${wordsFrom(at * 10, 5)}`,
  ),
}));

function weighed(documents: readonly EngineDocument[], text: string): Map<string, number> | undefined {
  const index = new InvertedIndex();
  for (const document of documents) {
    index.upsert(analyseDocument(document));
  }
  const { concepts } = prepareQuery(fieldsOf(text), index.reader, undefined);
  const asked = concepts.map((concept) => ({ concept, weight: 1 }));
  const best = documents.slice(0, parameters.feedback.documents).flatMap(({ id }) => index.reader.locate(id) ?? []);
  const again = discountShared(asked, best);
  return again && new Map(again.map(({ concept, weight }) => [`${concept.kind}:${concept.key}`, weight]));
}

describe('feedback from the best documents', () => {
  it('takes weight from a word by the share of them that hold it, and none from pairs', () => {
    const weights = weighed(topic, 'membrane cell iridium');
    const { discount, documents } = parameters.feedback;
    expect(weights?.get('word:membran')).toBeCloseTo(1 - discount, 10);
    expect(weights?.get('word:cell')).toBeCloseTo(1 - discount / 2, 10);
    expect(weights?.get('word:iridium')).toBeCloseTo(1 - discount / documents, 10);
    expect(weights?.get('pair:cell membran')).toBe(1);
  });

  it('learns nothing from too few documents', () => {
    expect(weighed(topic.slice(0, parameters.feedback.documents - 1), 'membrane cell')).toBeUndefined();
  });

  it('learns nothing from documents that share too little of the query', () => {
    expect(weighed(topic, wordsFrom(0, 3))).toBeUndefined();
  });

  it('puts the document with the rest of the query before those that only repeat what all have', () => {
    const common = Array.from({ length: 40 }, (_, at) => ({
      id: `common${at}`,
      fields: fieldsOf(`solder paste solder paste solder paste ${wordsFrom(at * 10, 6)}`),
    }));
    const right = { id: 'right', fields: fieldsOf(`solder paste bismuth ${wordsFrom(900, 9)}`) };
    const decoys = Array.from({ length: 30 }, (_, at) => ({
      id: `other${at}`,
      fields: fieldsOf('bismuth crystal glass'),
    }));
    const engine = engineWith([...common, right, ...decoys]);
    expect(engine.search(fieldsOf('solder paste bismuth'), { limit: 1 })[0]?.id).toBe('right');
  });
});

describe('a verbose query', () => {
  it('is one with many different words, however often they are repeated', () => {
    const engine = engineWith(topic);
    const { shortWords, longWords } = parameters.verbose;
    expect(verbosity(engine.prepare(fieldsOf(wordsFrom(0, shortWords))))).toBe(0);
    expect(verbosity(engine.prepare(fieldsOf('glass '.repeat(500))))).toBe(0);
    expect(verbosity(engine.prepare(fieldsOf(wordsFrom(0, (shortWords + longWords) / 2))))).toBeCloseTo(0.5, 10);
    expect(verbosity(engine.prepare(fieldsOf(wordsFrom(0, 2 * longWords))))).toBe(1);
  });

  it('holds long documents back, within bounds, and orders equal scores by id', () => {
    const lengths = new Map([
      ['endless', 1_000_000],
      ['long', 400],
      ['b', 100],
      ['a', 100],
      ['short', 50],
    ]);
    const index = {
      norms: { key: '', means: [1, 1, 100] as [number, number, number] },
      documentLengths: (id: string) => [0, 0, lengths.get(id) ?? 0] as [number, number, number],
    };
    const candidates = [...lengths.keys()].map((id) => ({ id, score: 10 }));
    const ranked = holdBackLong(candidates, 1, index);
    expect(ranked.map(({ id }) => id)).toEqual(['short', 'a', 'b', 'endless', 'long']);
    const { exponent, maxRatio } = parameters.verbose;
    expect(ranked.at(-1)?.score).toBeCloseTo(10 * maxRatio ** -exponent, 10);
    expect(holdBackLong(candidates, 0, index).map(({ score }) => score)).toEqual([10, 10, 10, 10, 10]);
  });
});

describe('the whole search', () => {
  const documents = Array.from({ length: 300 }, (_, at) => ({
    id: `d${at}`,
    fields: fieldsOf(`membrane ${at % 3 ? 'cell' : 'stack'} ${wordsFrom((at * 37) % 90, 5 + (at % 40))}`),
  }));
  const queries = ['membrane cell w3x', `membrane stack ${wordsFrom(0, 30)}`, `membrane ${wordsFrom(0, 90)}`].map(
    fieldsOf,
  );

  it('answers the same whatever the order of arrival and whatever was there before', () => {
    const straight = engineWith(documents);
    const devious = engineWith(
      documents.map(({ id }) => ({ id: `gone-${id}`, fields: fieldsOf('membrane cell w3x') })),
    );
    devious.search(fieldsOf('membrane'), { limit: 1 });
    for (const { id, fields } of documents.toReversed()) {
      devious.upsert({ id, fields: fieldsOf('another text') });
      devious.upsert({ id, fields });
      devious.remove(`gone-${id}`);
    }
    for (const query of queries) {
      expect(devious.search(query, { limit: 50 })).toEqual(straight.search(query, { limit: 50 }));
    }
  });

  it('gives by early termination what scoring everything gives, and a shorter list is the beginning of a longer one', () => {
    const engine = engineWith(documents);
    for (const query of queries) {
      const found = engine.search(query, { limit: 60 });
      expect(found).toHaveLength(60);
      expect(found).toEqual(engine.search(query, { limit: 60, exhaustive: true }));
      expect(engine.search(query, { limit: 5 })).toEqual(found.slice(0, 5));
    }
  });
});

describe('the words of a query', () => {
  it('count more the earlier they stand, down to a floor', () => {
    const { concepts } = createEngine().prepare(fieldsOf(wordsFrom(0, 90)));
    const weightOf = (key: string) => concepts.find((concept) => concept.key === key)?.weight ?? 0;
    expect(weightOf('w0x')).toBeGreaterThan(weightOf('w10x'));
    expect(weightOf('w10x')).toBeGreaterThan(weightOf('w60x'));
    expect(weightOf('w60x')).toBeCloseTo(weightOf('w89x'), 10);
  });
});
