import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSets, readSet } from '../../../bench/quality/sets.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'duijie-sets-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const good = {
  'corpus.jsonl': '{"id": "d1", "title": "One", "text": "first"}\n{"id": "d2", "title": "", "text": "second"}\n',
  'queries.jsonl': '{"id": "q1", "title": "", "text": "which"}\n{"id": "q2", "title": "", "text": "what"}\n',
  'qrels.tsv': 'q1\td1\t2\nq1\td2\t0\n',
};

/** A folder with the good files, some of them replaced; undefined leaves one out. */
function folderWith(files: Record<string, string | undefined> = {}, name = 'set'): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries({ ...good, ...files })) {
    if (content !== undefined) writeFileSync(join(folder, file), content);
  }
  return folder;
}

function relevantOf(folder: string): Record<string, Record<string, number>> {
  return Object.fromEntries([...readSet(folder).relevant].map(([query, known]) => [query, Object.fromEntries(known)]));
}

describe('a set', () => {
  it('is read with its documents, the queries that have an answer, and what answers them', () => {
    const set = readSet(folderWith());
    expect(set.name).toBe('set');
    expect(set.documents).toEqual([
      { id: 'd1', title: 'One', text: 'first' },
      { id: 'd2', title: '', text: 'second' },
    ]);
    expect(set.queries.map(({ id }) => id)).toEqual(['q1']);
    expect(set.relevant).toEqual(new Map([['q1', new Map([['d1', 2]])]]));
  });

  it('may have blank lines, Windows line ends, a byte order mark and other files beside it', () => {
    const folder = folderWith({
      'corpus.jsonl': '\uFEFF{"id": "d1", "title": "One", "text": "first"}\r\n\r\n  \r\n{"id": "d2", "text": "second"}',
      'queries.jsonl': '\r\n{"id": "q1", "text": "which"}\r\n',
      'qrels.tsv': '\r\nq1\td1\t1\r\n\r\n',
      'README.md': '# not read',
      'corpus.jsonl.bak': 'not read either',
    });
    expect(readSet(folder).documents).toEqual([
      { id: 'd1', title: 'One', text: 'first' },
      { id: 'd2', title: '', text: 'second' },
    ]);
    expect(relevantOf(folder)).toEqual({ q1: { d1: 1 } });
  });

  it('may have numbers for ids, and titles or texts that are missing or null', () => {
    const set = readSet(
      folderWith({
        'corpus.jsonl':
          '{"id": 7, "text": "only a text"}\n{"id": 8, "title": "only a title", "text": null}\n{"_id": "9"}',
        'queries.jsonl': '{"id": 1, "title": null, "text": "which"}',
        'qrels.tsv': '1\t7\t1',
      }),
    );
    expect(set.documents).toEqual([
      { id: '7', title: '', text: 'only a text' },
      { id: '8', title: 'only a title', text: '' },
      { id: '9', title: '', text: '' },
    ]);
    expect(set.queries).toEqual([{ id: '1', title: '', text: 'which' }]);
    expect(set.relevant.get('1')?.get('7')).toBe(1);
  });

  it('keeps the last of two lines with the same id', () => {
    const set = readSet(folderWith({ 'corpus.jsonl': '{"id": "d1", "text": "old"}\n{"id": "d1", "text": "new"}' }));
    expect(set.documents).toEqual([{ id: 'd1', title: '', text: 'new' }]);
  });

  it.each([
    ['with a heading', 'query-id\tcorpus-id\tscore\nq1\td1\t1\n'],
    ["in TREC's four columns", 'q1 0 d1 1\n'],
    ["in TREC's four columns, with tabs and a heading", 'query\titer\tdoc\trel\nq1\tQ0\td1\t1\n'],
    ['divided by blanks', 'q1   d1 1\n'],
    ['with the same pair twice', 'q1\td1\t1\nq1\td1\t0\n'],
    ['with a negative judgement', 'q1\td1\t1\nq1\td2\t-1\n'],
  ])('has its judgements %s', (_, judgements) => {
    expect(relevantOf(folderWith({ 'qrels.tsv': judgements }))).toEqual({ q1: { d1: 1 } });
  });

  it.each([
    ['{"query-id": "q1", "corpus-id": "d1", "score": 2}\n{"query-id": "q1", "corpus-id": "d2", "score": 0}'],
    ['{"query": "q1", "document": "d1", "relevance": 2}'],
  ])('may have its judgements as objects: %s', (judgements) => {
    expect(relevantOf(folderWith({ 'qrels.tsv': undefined, 'qrels.jsonl': judgements }))).toEqual({ q1: { d1: 2 } });
  });

  it.each([
    ['without queries', { 'queries.jsonl': undefined }, /has no queries\.jsonl/],
    ['without judgements', { 'qrels.tsv': undefined }, /has no qrels\.tsv or qrels\.txt or qrels\.jsonl/],
    ['with a line that is not JSON', { 'corpus.jsonl': '{"id": "d1"}\n{"id": ' }, /corpus\.jsonl:2: not JSON/],
    ['with a line that is a list', { 'corpus.jsonl': '["d1"]' }, /corpus\.jsonl:1: not a JSON object/],
    ['with a document without id', { 'corpus.jsonl': '{"text": "x"}' }, /corpus\.jsonl:1: no id/],
    ['with a text that is a list', { 'corpus.jsonl': '{"id": 1, "text": []}' }, /corpus\.jsonl:1: text is not a text/],
    ['with two columns', { 'qrels.tsv': 'q1\td1\n' }, /qrels\.tsv:1: 2 columns/],
    ['with a relevance in words', { 'qrels.tsv': 'q1\td1\t1\n\nq1\td2\tyes\n' }, /qrels\.tsv:3: the relevance "yes"/],
    ['with no documents', { 'corpus.jsonl': '\n' }, /has no documents/],
    ['that judges no query it has', { 'qrels.tsv': 'q9\td1\t1\n' }, /no relevant document for any of 2 queries/],
    [
      'that judges no document it has',
      { 'qrels.tsv': 'q1\td9\t1\n' },
      /only documents that corpus\.jsonl does not have/,
    ],
  ])('%s is refused with the reason', (_, files, reason) => {
    const folder = folderWith(files);
    expect(() => readSet(folder)).toThrow(reason);
  });
});

describe('a folder', () => {
  it('is a set itself, or holds some among other things', () => {
    const b = folderWith({}, 'b');
    const a = folderWith({}, 'a');
    folderWith({ 'corpus.jsonl': undefined }, 'not-a-set');
    writeFileSync(join(root, 'README.md'), '');
    expect(findSets(root)).toEqual([a, b]);
    expect(findSets(a)).toEqual([a]);
  });

  it('that holds none, or is none, is refused with what a set is', () => {
    expect(() => findSets(root)).toThrow(/No set under .*: a set is a folder with corpus\.jsonl/);
    expect(() => findSets(join(root, 'nowhere'))).toThrow(/nowhere is not a folder/);
  });
});
