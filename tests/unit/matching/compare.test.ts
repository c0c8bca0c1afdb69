import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/matching/engine/analysis.ts';
import { createEngine, type Engine } from '../../../src/matching/engine/engine.ts';
import {
  type LengthNorms,
  lengthNorms,
  occurrenceWeights,
  saturate,
  weightedFrequency,
} from '../../../src/matching/engine/length-norms.ts';
import type { Concept, PreparedQuery } from '../../../src/matching/engine/query.ts';
import {
  addOccurrence,
  type FieldLengths,
  headingCounts,
  smallerCounts,
} from '../../../src/matching/engine/term-counts.ts';
import { fieldNames, type Relevance, type TextFields } from '../../../src/matching/engine/types.ts';
import { smallDictionary } from './records.ts';

const text = fc
  .array(
    fc.constantFrom(
      ...[
        '膜电解',
        '高純銦',
        '铟',
        '从含锌固废中提取',
        '固废',
        '电池预警',
        '抗拉强度',
        '萃',
        '，',
        '。',
        '𠮷野',
        'ＡＢＣ',
        '🙂',
      ],
      ...['indium', 'Indium', 'solid waste', 'membrane electrolysis', 'early warning', 'the', 'of', 'cell', 'tensile'],
      ...['6N', '450 MPa', '99.99 %', 'p53', 'ﬁbre', 'naïve', '\ud800', '\n', '-', 'x'],
    ),
    { maxLength: 24 },
  )
  .chain((parts) => fc.constantFrom('', ' ').map((separator) => parts.join(separator)));
const longText = fc.tuple(text, fc.integer({ min: 1, max: 40 })).map(([part, times]) => `${part} `.repeat(times));
const fieldsArbitrary: fc.Arbitrary<TextFields> = fc.record({
  title: text,
  keywords: fc.oneof(fc.constant(''), text),
  body: fc.oneof(fc.constant(''), text, longText),
});

const tag = 'version:1';

/** Some documents in frozen segments, some in a mutable one, some replaced and some gone. */
function filled(documents: readonly TextFields[]): Engine {
  const engine = createEngine({ dictionary: smallDictionary, firstPostings: 256 });
  documents.forEach((fields, at) => {
    engine.upsert({ id: `d${at}`, fields: { ...fields, title: 'other' }, tags: ['version:0'] });
    engine.upsert({ id: `d${at}`, fields, tags: [tag] });
    if (at === documents.length >>> 1) {
      engine.finishMerges();
    }
    if (at % 5 === 4) {
      engine.remove(`d${at - 1}`);
    }
  });
  return engine;
}

describe('comparing a query with a document', () => {
  it('says the same of the words that the index keeps as of the text itself', () => {
    fc.assert(
      fc.property(fc.array(fieldsArbitrary, { minLength: 1, maxLength: 12 }), fieldsArbitrary, (documents, asked) => {
        const engine = filled(documents);
        const query = engine.prepare(asked);
        documents.forEach((fields, at) => {
          const fromText = engine.compare(query, fields);
          expect(engine.compare(query, fields, { id: `d${at}`, tag })).toEqual(fromText);
          expect(engine.compare(query, fields, { id: `d${at}`, tag: 'version:0' })).toEqual(fromText);
        });
      }),
    );
  });

  it('scores as the formula written out over strings does, to the last bit', () => {
    fc.assert(
      fc.property(fc.array(fieldsArbitrary, { minLength: 1, maxLength: 6 }), fieldsArbitrary, (documents, asked) => {
        const engine = createEngine({ dictionary: smallDictionary });
        documents.forEach((fields, at) => {
          engine.upsert({ id: `d${at}`, fields });
        });
        const query = engine.prepare(asked);
        const norms = normsOf(engine);
        for (const fields of documents) {
          expect(engine.compare(query, fields)).toEqual(compareByString(query, fields, norms));
        }
      }),
    );
  });

  it('reads the text where the index holds another version of it, or nothing', () => {
    const engine = createEngine({ dictionary: smallDictionary });
    const [before, after] = ['粗铟', '膜电解法制备高纯铟'].map((title) => ({ title, keywords: '', body: '' }));
    engine.upsert({ id: 'a', fields: before as TextFields, tags: ['version:1'] });
    const query = engine.prepare({ title: '膜电解', keywords: '', body: '' });
    const expected = engine.compare(query, after as TextFields);
    expect(expected.title).toBeGreaterThan(0);
    expect(engine.compare(query, after as TextFields, { id: 'a', tag: 'version:2' })).toEqual(expected);
    expect(engine.compare(query, after as TextFields, { id: 'b', tag: 'version:1' })).toEqual(expected);
    expect(engine.compare(query, after as TextFields, { id: 'a', tag: 'version:1' }).title).toBe(0);
  });

  it('takes the words of the version that came last, in whatever segment it is', () => {
    const engine = createEngine({ firstPostings: 256 });
    const query = engine.prepare({ title: '', keywords: '', body: 'word1 word2 word3' });
    for (let version = 1; version <= 300; version++) {
      const fields = { title: '', keywords: '', body: `word${version % 7} word${version % 3}` };
      engine.upsert({ id: 'a', fields, tags: [`version:${version}`] });
      const indexed = { id: 'a', tag: `version:${version}` };
      expect(engine.compare(query, { title: '', keywords: '', body: '' }, indexed)).toEqual(
        engine.compare(query, { ...fields }),
      );
    }
  });
});

/** As an index of these documents has them. */
function normsOf(engine: Engine): LengthNorms {
  const [size = 0, title = 0, keywords = 0, body = 0] = engine.share().statistics;
  return lengthNorms([title, keywords, body], size);
}

type Counted = { counts: Map<string, number>; lengths: FieldLengths };

function countedIn(fields: TextFields): Counted {
  const counted: Counted = { counts: new Map(), lengths: [0, 0, 0] };
  fieldNames.forEach((name, field) => {
    const { tokens, pairs } = analyse(fields[name]);
    counted.lengths[field] = tokens.length;
    for (const { term } of [...tokens, ...pairs]) {
      counted.counts.set(term, addOccurrence(counted.counts.get(term) ?? 0, field));
    }
  });
  return counted;
}

/** Every concept of the query is looked for in every document. */
function compareByString(query: PreparedQuery, document: TextFields, norms: LengthNorms): Relevance {
  const { counts, lengths } = countedIn(document);
  const heading = new Map([...counts].map(([term, packed]) => [term, headingCounts(packed)]));
  const occurrences = occurrenceWeights(lengths, norms);

  function frequencyOf({ members }: Concept, among: ReadonlyMap<string, number>): number {
    return members.reduce((sum, { terms, weight }) => {
      const packed = terms.map((term) => among.get(term) ?? 0).reduce(smallerCounts);
      return sum + weight * weightedFrequency(packed, occurrences);
    }, 0);
  }

  function shareOf(concepts: readonly Concept[], among: ReadonlyMap<string, number>): number {
    const reached = concepts.reduce((sum, concept) => sum + concept.weight * saturate(frequencyOf(concept, among)), 0);
    const asked = concepts.filter(({ kind }) => kind !== 'pair').reduce((sum, { weight }) => sum + weight, 0);
    return asked > 0 ? Math.min(1, reached / asked) : 0;
  }

  const direct = query.concepts.filter(({ kind }) => kind !== 'translated');
  return {
    title: shareOf(
      direct.filter(({ places }) => places.some(({ field }) => field !== 'body')),
      heading,
    ),
    body: shareOf(direct, counts),
    crossLanguage: shareOf(
      query.concepts.filter(({ kind }) => kind === 'translated'),
      counts,
    ),
    languageGap: Math.min(1, Math.max(0, (Math.abs(hanShareOf(query.fields) - hanShareOf(document)) - 0.3) / 0.4)),
  };
}

function hanShareOf({ title, keywords, body }: TextFields): number {
  const whole = `${title} ${keywords} ${body}`;
  const han = (whole.match(/\p{Script=Han}/gu)?.length ?? 0) / 2;
  const latin = whole.match(/\p{Script=Latin}+/gu)?.length ?? 0;
  return han + latin > 0 ? han / (han + latin) : 0;
}
