import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDictionary } from '../../../src/matching/engine/dictionary.ts';
import { createEngine, type Engine } from '../../../src/matching/engine/engine.ts';
import type { TagFilter, TextFields } from '../../../src/matching/engine/types.ts';
import { smallDictionary } from './records.ts';

function fieldsOf(title: string, body = '', keywords = ''): TextFields {
  return { title, keywords, body };
}

function engineWith(documents: Record<string, TextFields>): Engine {
  const engine = createEngine({ dictionary: smallDictionary });
  for (const [id, fields] of Object.entries(documents)) {
    engine.upsert({ id, fields });
  }
  return engine;
}

function idsFor(engine: Engine, query: string): string[] {
  return engine.search(fieldsOf(query), { limit: 10 }).map(({ id }) => id);
}

describe('the text engine', () => {
  it('finds a title before a body that says the same', () => {
    const engine = engineWith({
      body: fieldsOf('其他', '膜电解提纯工艺'),
      title: fieldsOf('膜电解提纯工艺', '其他'),
    });
    expect(idsFor(engine, '膜电解')).toEqual(['title', 'body']);
  });

  it('orders equal scores by id, whatever the order they came in', () => {
    const same = fieldsOf('微晶玻璃');
    expect(idsFor(engineWith({ b: same, c: same, a: same }), '微晶玻璃')).toEqual(['a', 'b', 'c']);
  });

  it('replaces a document by its id and forgets the old text', () => {
    const engine = engineWith({ x: fieldsOf('枸杞牛奶') });
    engine.upsert({ id: 'x', fields: fieldsOf('微晶玻璃') });
    expect(engine.size).toBe(1);
    expect(idsFor(engine, '枸杞')).toEqual([]);
    expect(idsFor(engine, '玻璃')).toEqual(['x']);
  });

  it('removes a document once', () => {
    const engine = engineWith({ x: fieldsOf('枸杞牛奶') });
    expect(engine.remove('x')).toBe(true);
    expect(engine.remove('x')).toBe(false);
    expect(idsFor(engine, '枸杞')).toEqual([]);
  });

  it('leaves out what the filter refuses and obeys the limit', () => {
    const engine = createEngine();
    const fields = fieldsOf('玻璃');
    engine.upsert({ id: 'a', fields, tags: ['field:402', 'region:640300', 'organization:1'] });
    engine.upsert({ id: 'b', fields, tags: ['field:402', 'region:640300', 'organization:2'] });
    engine.upsert({ id: 'c', fields, tags: ['field:403', 'region:640300'] });
    engine.upsert({ id: 'd', fields });
    const found = (filter: TagFilter, limit = 10) => engine.search(fields, { limit, filter }).map(({ id }) => id);
    expect(found({})).toEqual(['a', 'b', 'c', 'd']);
    expect(found({ all: [['field:402', 'field:403'], ['region:640300']] })).toEqual(['a', 'b', 'c']);
    expect(found({ all: [['field:402']], none: ['organization:1'] })).toEqual(['b']);
    expect(found({ none: ['field:403', 'organization:1'] }, 1)).toEqual(['b']);
    expect(found({ all: [['field:402'], ['field:403']] })).toEqual([]);
    expect(found({ all: [[]] })).toEqual([]);
    expect(engine.search(fieldsOf('field:402'), { limit: 5 })).toEqual([]);
  });

  it('answers a Chinese query with an English document through the dictionary', () => {
    const engine = engineWith({
      right: fieldsOf('Recovery of indium by membrane electrolysis'),
      wrong: fieldsOf('Growing wine grapes in dry regions'),
    });
    expect(idsFor(engine, '膜电解回收铟')).toEqual(['right']);
  });

  it('answers an English query with a Chinese document through the dictionary', () => {
    const engine = engineWith({ right: fieldsOf('电池热失控预警'), wrong: fieldsOf('葡萄栽培') });
    expect(idsFor(engine, 'early warning for batteries')).toEqual(['right']);
  });

  it('counts the translations of a word as one term, a further one less than the first', () => {
    const documents = {
      once: fieldsOf('', 'battery other noise words'),
      one: fieldsOf('', 'battery battery noise words'),
      both: fieldsOf('', 'battery cell noise words'),
      none: fieldsOf('', 'other text of words'),
    };
    const hits = engineWith(documents).search(fieldsOf('电池'), { limit: 10 });
    const scores = new Map(hits.map(({ id, score }) => [id, score]));
    expect(scores.get('both')).toBeLessThan(scores.get('one') ?? 0);
    expect(scores.get('both')).toBeGreaterThan(scores.get('once') ?? 0);
    const [once = 0, both = 0] = [scores.get('once'), scores.get('both')];
    expect(both).toBeLessThan(1.5 * once);
    expect(scores.has('none')).toBe(false);
  });

  it('finds what only a word inside a longer word says in the other language', () => {
    const dictionary = createDictionary([
      { zh: '冶炼废渣', en: ['smelter slag'] },
      { zh: '废渣', en: ['residue'] },
    ]);
    const engine = createEngine({ dictionary });
    engine.upsert({ id: 'residue', fields: fieldsOf('', 'residue of metal works') });
    engine.upsert({ id: 'slag', fields: fieldsOf('', 'smelter slag of works') });
    engine.upsert({ id: 'wine', fields: fieldsOf('', 'wine grapes') });
    expect(idsFor(engine, '冶炼废渣')).toEqual(['slag', 'residue']);
    const documentTextsFor = (query: string, document: string) =>
      engine.explain(engine.prepare(fieldsOf(query)), fieldsOf(document)).map(({ documentText }) => documentText);
    expect(documentTextsFor('冶炼废渣', 'smelter slag or residue')).toEqual(['smelter slag']);
    expect(documentTextsFor('冶炼废渣', 'residue')).toEqual(['residue']);
  });

  it('prefers a translated phrase that stands together to its words apart', () => {
    const engine = engineWith({
      apart: fieldsOf('', 'solid state chemistry and the waste of energy'),
      together: fieldsOf('', 'chemistry of solid waste and state of energy'),
    });
    expect(idsFor(engine, '固废')).toEqual(['together', 'apart']);
  });

  it('finds simplified text by a traditional query', () => {
    expect(idsFor(engineWith({ x: fieldsOf('鋅電池材料') }), '锌电池')).toEqual(['x']);
    expect(idsFor(engineWith({ x: fieldsOf('锌电池材料') }), '鋅電池')).toEqual(['x']);
  });

  it('compares two texts with full relevance when they are the same and none when nothing is shared', () => {
    const engine = engineWith({ x: fieldsOf('膜电解', '高纯铟'), y: fieldsOf('葡萄') });
    const query = engine.prepare(fieldsOf('膜电解', '高纯铟'));
    const same = engine.compare(query, fieldsOf('膜电解', '高纯铟'));
    const other = engine.compare(query, fieldsOf('葡萄', '栽培'));
    expect(same.body).toBeGreaterThan(0.4);
    expect(other).toMatchObject({ title: 0, body: 0, crossLanguage: 0 });
  });

  it('joins shared bigrams into the words that both texts share, with their places', () => {
    const engine = engineWith({ x: fieldsOf('高纯铟') });
    const query = fieldsOf('', '希望得到高纯铟产品');
    const document = fieldsOf('膜电解法制备高纯铟');
    const [term] = engine.explain(engine.prepare(query), document);
    expect(term).toMatchObject({
      kind: 'same',
      queryText: '高纯铟',
      queryPlaces: [{ field: 'body', start: 4, end: 7 }],
      documentPlaces: [{ field: 'title', start: 6, end: 9 }],
    });
  });

  it('names the words that meet through the dictionary in both languages', () => {
    const document = fieldsOf('Recovery of indium');
    const engine = engineWith({ x: document });
    expect(engine.explain(engine.prepare(fieldsOf('回收铟')), document)).toMatchObject([
      { kind: 'translated', queryText: '铟', documentText: 'indium' },
    ]);
  });

  it.each([
    ['抗拉强度', 'tensile strength', 1],
    ['抗拉强度', '抗拉强度', 1],
    ['Purity', '铟纯度', 2 / 3],
    ['抗拉强度', 'wine', 0],
  ])('finds the names %s and %s alike to %f', (a, b, expected) => {
    expect(createEngine({ dictionary: smallDictionary }).nameSimilarity(a, b)).toBeCloseTo(expected, 5);
  });

  it.each([
    ['an empty query', ''],
    ['a query of stop words', 'the of and'],
    ['lone surrogates', '\ud800\udc00\udfff膜'],
    ['one term 100,000 times', '铟 '.repeat(100_000)],
    ['mixed scripts', '膜membraneメンブレンмембрана막🙂'],
  ])('answers or stays silent on %s', (_name, text) => {
    const engine = engineWith({ x: fieldsOf(text, text), y: fieldsOf('膜') });
    expect(Array.isArray(engine.search(fieldsOf(text, text), { limit: 5 }))).toBe(true);
  });

  it('gives finite scores when one term fills a document', () => {
    const engine = engineWith({ x: fieldsOf('铟 '.repeat(100_000)), y: fieldsOf('铟') });
    for (const { score } of engine.search(fieldsOf('铟'), { limit: 5 })) {
      expect(Number.isFinite(score)).toBe(true);
    }
  });
});

const words = ['膜电解', '高纯铟', 'indium', 'membrane', '葡萄', 'battery cell', '6N', '预警'];
const textArbitrary = fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((parts) => parts.join(' '));
const fieldsArbitrary = fc.record({ title: textArbitrary, keywords: textArbitrary, body: textArbitrary });
const changesArbitrary = fc.array(
  fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), fields: fc.option(fieldsArbitrary, { nil: undefined }) }),
  { maxLength: 200 },
);

describe('an index after any changes', () => {
  it('answers exactly like one built from what is left', () => {
    fc.assert(
      fc.property(changesArbitrary, fieldsArbitrary, (changes, query) => {
        const changed = createEngine({ dictionary: smallDictionary });
        const left = new Map<string, TextFields>();
        for (const { id, fields } of changes) {
          left.delete(id);
          if (fields === undefined) {
            changed.remove(id);
          } else {
            changed.upsert({ id, fields });
            left.set(id, fields);
          }
        }
        const rebuilt = engineWith(Object.fromEntries(left));
        expect(changed.search(query, { limit: 10 })).toEqual(rebuilt.search(query, { limit: 10 }));
      }),
      { numRuns: 50 },
    );
  });

  it('stays the same while gaps are closed', () => {
    const engine = createEngine();
    for (let i = 0; i < 500; i++) {
      engine.upsert({ id: `id-${i % 10}`, fields: fieldsOf(`glass ${i}`) });
    }
    expect(engine.size).toBe(10);
    expect(engine.search(fieldsOf('glass 499'), { limit: 3 }).map(({ id }) => id)).toEqual(['id-9', 'id-0', 'id-1']);
  });
});
