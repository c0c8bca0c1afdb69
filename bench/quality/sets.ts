import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { BenchInputError } from '../input-error.ts';
import { type BenchText, readJudgements, readTexts } from './files.ts';

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
const queriesFile = 'queries.jsonl';
const judgementFiles = ['qrels.tsv', 'qrels.txt', 'qrels.jsonl'];
const format = `a set is a folder with ${corpusFile}, ${queriesFile} and ${judgementFiles.join(' or ')}`;

/** The folders of sets under `folder`, or the folder itself when it is one; whatever else is there is passed over. */
export function findSets(folder: string): string[] {
  const root = resolve(folder);
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new BenchInputError(`${root} is not a folder: ${format}.`);
  }
  if (existsSync(join(root, corpusFile))) {
    return [root];
  }
  const found = readdirSync(root)
    .map((name) => join(root, name))
    .filter((path) => existsSync(join(path, corpusFile)))
    .toSorted();
  if (found.length === 0) {
    throw new BenchInputError(`No set under ${root}: ${format}.`);
  }
  return found;
}

/** Throws BenchInputError, naming file and line, when it is not a set or judges nothing that is there. */
export function readSet(folder: string): QualitySet {
  const present = (names: readonly string[]): string => {
    const path = names.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
    if (path === undefined) {
      throw new BenchInputError(`${folder} has no ${names.join(' or ')}: ${format}.`);
    }
    return path;
  };
  const documents = readTexts(present([corpusFile]));
  const asked = readTexts(present([queriesFile]));
  const judgementPath = present(judgementFiles);
  const relevant = readJudgements(judgementPath);
  const queries = asked.filter(({ id }) => relevant.has(id));
  if (documents.length === 0) {
    throw new BenchInputError(`${join(folder, corpusFile)} has no documents.`);
  }
  if (queries.length === 0) {
    throw new BenchInputError(`${judgementPath} names no relevant document for any of ${asked.length} queries.`);
  }
  const known = new Set(documents.map(({ id }) => id));
  if (!queries.some(({ id }) => [...(relevant.get(id)?.keys() ?? [])].some((document) => known.has(document)))) {
    throw new BenchInputError(`${judgementPath} names only documents that ${corpusFile} does not have.`);
  }
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
