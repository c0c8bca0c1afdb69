import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export type BenchText = { id: string; title: string; text: string };

/** Demands, supply, and which documents answer which query. */
export type QualitySet = {
  name: string;
  documents: BenchText[];
  /** Only queries with at least one relevant document: the others have no right answer to find. */
  queries: BenchText[];
  /** Query id -> document id -> relevance above 0. */
  relevant: Map<string, Map<string, number>>;
};

const corpusFile = 'corpus.jsonl';

/** The folders of sets under `folder`, or the folder itself when it is one. Throws when there is none. */
export function findSets(folder: string): string[] {
  const root = resolve(folder);
  if (existsSync(join(root, corpusFile))) {
    return [root];
  }
  const found = readdirSync(root)
    .map((name) => join(root, name))
    .filter((path) => existsSync(join(path, corpusFile)))
    .toSorted();
  if (found.length === 0) {
    throw new Error(`No set under ${root}: a set is a folder with ${corpusFile}, queries.jsonl and qrels.tsv.`);
  }
  return found;
}

/** Reads `corpus.jsonl`, `queries.jsonl` ({id, title, text} a line) and `qrels.tsv` (query id, document id, relevance). */
export function readSet(folder: string): QualitySet {
  const relevant = new Map<string, Map<string, number>>();
  for (const line of linesOf(join(folder, 'qrels.tsv'))) {
    const [query = '', document = '', value = ''] = line.split('\t');
    const relevance = Number(value);
    if (relevance > 0) {
      const known = relevant.get(query) ?? new Map<string, number>();
      relevant.set(query, known.set(document, relevance));
    }
  }
  const documents = readTexts(join(folder, corpusFile));
  const queries = readTexts(join(folder, 'queries.jsonl')).filter(({ id }) => relevant.has(id));
  return { name: basename(folder), documents, queries, relevant };
}

/** Every n-th query, so that at most `limit` are left; all of them without a limit. */
export function thinQueries(set: QualitySet, limit: number | undefined): QualitySet {
  if (limit === undefined || set.queries.length <= limit) {
    return set;
  }
  const step = set.queries.length / limit;
  return { ...set, queries: set.queries.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step)) };
}

function readTexts(path: string): BenchText[] {
  return linesOf(path).map((line) => {
    const { id, title, text }: { id: string; title?: string; text?: string } = JSON.parse(line);
    return { id: String(id), title: title ?? '', text: text ?? '' };
  });
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}
