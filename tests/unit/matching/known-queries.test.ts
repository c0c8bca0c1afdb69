import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDictionary } from '../../../src/matching/engine/dictionary.ts';
import { attach, createEngine, type ReadOnlyEngine } from '../../../src/matching/engine/engine.ts';
import { createSpeller } from '../../../src/matching/engine/transliteration.ts';
import type { TextFields } from '../../../src/matching/engine/types.ts';

const speller = createSpeller({
  莫: { mo: 0.8, mor: 0.2 },
  尔: { r: 0.6, l: 0.4 },
  森: { son: 0.7, sen: 0.3 },
  汉: { han: 1 },
  姆: { m: 1 },
});
// Phrases that look like what the other kinds of concepts are called.
const dictionary = createDictionary(
  [
    { zh: '电池', en: ['battery', 'cell'] },
    { zh: '膜', en: ['membrane'] },
    { zh: '文字处理', en: ['word process', 'word processing'] },
    { zh: '成对', en: ['pair'] },
  ],
  speller,
);

const text = fc
  .array(
    fc.constantFrom(
      ...['电池', '膜', '莫尔森', '汉姆', '文字处理', '成对', '的'],
      ...['battery', 'cell', 'membrane', 'morson', 'molson', 'hanm', 'word', 'process', 'pair', 'glass', '6N'],
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(' '));
const fieldsArbitrary: fc.Arbitrary<TextFields> = fc.record({ title: text, keywords: text, body: text });
const changeArbitrary = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  fields: fc.option(fieldsArbitrary),
  settle: fc.boolean(),
});

function weightsOf(engine: ReadOnlyEngine, fields: TextFields) {
  return engine.prepare(fields).concepts.map(({ kind, key, weight, members }) => ({ kind, key, weight, members }));
}

describe('a query that was read before', () => {
  it('is weighed as by a reader that sees it for the first time, after whatever change of the index', () => {
    fc.assert(
      fc.property(
        fc.array(changeArbitrary, { maxLength: 12 }),
        fc.array(fieldsArbitrary, { minLength: 1, maxLength: 3 }),
        (changes, asked) => {
          const engine = createEngine({ dictionary, firstPostings: 256 });
          for (const { id, fields, settle } of changes) {
            if (fields === null) {
              engine.remove(id);
            } else {
              engine.upsert({ id, fields });
            }
            if (settle) {
              engine.finishMerges();
            }
            const stranger = attach(engine.share(), { dictionary });
            for (const query of asked) {
              expect(weightsOf(engine, query)).toEqual(weightsOf(stranger, query));
            }
          }
        },
      ),
    );
  });

  it('is weighed anew when a document is replaced by one of the same length', () => {
    const engine = createEngine({ dictionary });
    const fields = { title: '', keywords: '', body: 'glass' };
    engine.upsert({ id: 'a', fields });
    const [before] = weightsOf(engine, fields);
    engine.upsert({ id: 'a', fields: { ...fields, body: 'cell' } });
    expect(weightsOf(engine, fields)[0]?.weight).toBeGreaterThan(before?.weight ?? Number.NaN);
  });

  it('finds the spellings of its names that the collection holds by then', () => {
    const engine = createEngine({ dictionary });
    const query = { title: '莫尔森', keywords: '', body: '' };
    engine.upsert({ id: 'a', fields: { title: 'glass', keywords: '', body: '' } });
    expect(engine.search(query, { limit: 5 })).toEqual([]);
    engine.upsert({ id: 'b', fields: { title: 'Morson', keywords: '', body: '' } });
    expect(engine.search(query, { limit: 5 }).map(({ id }) => id)).toEqual(['b']);
  });
});
