import { analyseDocument, analyseFields } from './analyse-document.ts';
import { type AnalysedName, analyseName, type ComparedDocument, compareTexts, nameSimilarity } from './compare.ts';
import type { Dictionary } from './dictionary.ts';
import { type EngineManifest, IndexReader } from './index-reader.ts';
import { type IndexOptions, InvertedIndex } from './inverted-index.ts';
import { KnownQueries } from './known-queries.ts';
import { hanShare } from './language.ts';
import { matchTerms } from './matched-terms.ts';
import type { MergeJob } from './merge-jobs.ts';
import type { PreparedQuery } from './query.ts';
import { searchIndex } from './search.ts';
import type { Segment } from './segment.ts';
import type {
  AnalysedDocument,
  DocumentTerm,
  EngineDocument,
  MatchedTerm,
  Relevance,
  SearchHit,
  SearchOptions,
  TextFields,
} from './types.ts';

export type ReadOnlyEngineOptions = {
  /** Without one, texts are only matched in the language they are written in. */
  dictionary?: Dictionary;
};

export type EngineOptions = ReadOnlyEngineOptions & IndexOptions;

export type ReadOnlyEngine = {
  readonly size: number;
  /** The best documents for a query, highest score first, equal scores by id. */
  search(query: TextFields | PreparedQuery, options: SearchOptions): SearchHit[];
  /** Reads a query once, to search with it and to compare many documents with it. */
  prepare(fields: TextFields): PreparedQuery;
  /**
   * Reads a document once, to compare many queries with it. Where the index holds it, with a tag that says that it holds this text, its
   * stored words spare reading the text again.
   */
  read(document: TextFields, indexed?: { id: string; tag: string }): ComparedDocument;
  /** How well one document, indexed or not, answers a query; only the statistics of words come from the index. */
  compare(
    query: PreparedQuery,
    document: TextFields | ComparedDocument,
    indexed?: { id: string; tag: string },
  ): Relevance;
  /** What the query and one document share, and where it stands in both; the weightiest first. */
  explain(query: PreparedQuery, document: TextFields): MatchedTerm[];
  /** 0–1: how far two short names ("抗拉强度", "tensile strength") mean the same. */
  nameSimilarity(a: string, b: string): number;
  /** The words of an indexed document, each once; undefined for an id that is not there. */
  documentTerms(id: string): DocumentTerm[] | undefined;
};

export type AttachedEngine = ReadOnlyEngine & {
  /** Goes over to a newer manifest of the same index. */
  update(manifest: EngineManifest): void;
};

export type Engine = ReadOnlyEngine & {
  /** Adds a document, or replaces the one with the same id. */
  upsert(document: EngineDocument): void;
  /** The same for a document that `analyseDocument` has read. */
  upsertAnalysed(document: AnalysedDocument): void;
  /** The same for many documents, several times faster; all are searchable when it returns. Of those with one id the last counts. */
  load(documents: Iterable<AnalysedDocument>): void;
  /** False if there was none. */
  remove(id: string): boolean;
  /** What `attach` needs in another thread. Additions and removals show there at once, other segments (`version`) do not. */
  share(): EngineManifest;
  /** With `merging: 'caller'`: a merge that is due, for `runMerge` in any thread; `install` its outcome. */
  pendingMerge(): MergeJob | undefined;
  install(jobId: number, segment: Segment): boolean;
  /** For idle time: one step of merging, about 50 µs; false when there is nothing left to gain. */
  mergeStep(): boolean;
  /** Leaves as few segments as there can be, however long it takes. */
  finishMerges(): void;
};

/** A BM25F engine over title, keywords and body, for Chinese, English and both mixed. In memory, synchronous, deterministic. */
export function createEngine({ dictionary, ...options }: EngineOptions = {}): Engine {
  const index = new InvertedIndex(options);
  return Object.assign(readOnly(index.reader, dictionary), {
    upsert: (document: EngineDocument) => index.upsert(analyseDocument(document)),
    upsertAnalysed: (document: AnalysedDocument) => index.upsert(document),
    load: (documents: Iterable<AnalysedDocument>) => index.load(documents),
    remove: (id: string) => index.remove(id),
    share: () => index.share(),
    pendingMerge: () => index.pendingMerge(),
    install: (jobId: number, segment: Segment) => index.install(jobId, segment),
    mergeStep: () => index.mergeStep(),
    finishMerges: () => index.finishMerges(),
  });
}

/** Reads an index that another thread writes. */
export function attach(manifest: EngineManifest, { dictionary }: ReadOnlyEngineOptions = {}): AttachedEngine {
  const reader = new IndexReader(manifest);
  return Object.assign(readOnly(reader, dictionary), {
    update: (newer: EngineManifest) => reader.update(newer),
  });
}

function readOnly(index: IndexReader, dictionary: Dictionary | undefined): ReadOnlyEngine {
  const readName = createNameReader(dictionary);
  const queries = new KnownQueries(index, dictionary);
  function read(document: TextFields, indexed?: { id: string; tag: string }): ComparedDocument {
    const stored = indexed === undefined ? undefined : index.documentFields(indexed.id, indexed.tag);
    return { words: stored ?? analyseFields(document), chinese: hanShare(document) };
  }
  return {
    get size() {
      return index.size;
    },
    prepare: (fields) => queries.prepare(fields),
    search: (query, options) => searchIndex(index, 'concepts' in query ? query : queries.prepare(query), options),
    read,
    compare: (query, document, indexed) =>
      compareTexts(query, 'words' in document ? document : read(document, indexed), index),
    explain: matchTerms,
    nameSimilarity: (a, b) => nameSimilarity(readName(a), readName(b)),
    documentTerms: (id) => index.documentTerms(id),
  };
}

const maxNamesKept = 20_000;
const maxNameLength = 200;

/** The same keywords and indicator names are compared again and again, so each is read once. */
function createNameReader(dictionary: Dictionary | undefined): (name: string) => AnalysedName {
  const read = new Map<string, AnalysedName>();
  return (name) => {
    let analysed = read.get(name);
    if (analysed === undefined) {
      analysed = analyseName(name.slice(0, maxNameLength), dictionary);
      if (read.size >= maxNamesKept) {
        read.clear();
      }
      read.set(name, analysed);
    }
    return analysed;
  };
}
