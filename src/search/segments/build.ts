import { setImmediate as turn } from 'node:timers/promises';
import type { SearchDocument, SearchKind } from '../../core/search-index.ts';
import { type AnalyseText, documentTerms, storableText } from '../index-terms.ts';
import { columnsOf, encodeColumns } from './columns.ts';
import { addPosting, encodeShards, type PostingLists, type Shards, shardCountFor, termPlaces } from './postings.ts';

/** What is kept of a document beside its place in a segment. */
export interface StoredDocument {
  id: string;
  version: number;
  title: string;
  /** A line for each. */
  keywords: string;
  body: string;
}

/** Some documents of one kind, ready to be found. It stays as it is: what changes in it is written anew, elsewhere. */
export interface Segment {
  kind: SearchKind;
  documents: StoredDocument[];
  columns: Buffer;
  shards: Shards;
}

/** Whoever else waits for the process is served in between. */
const documentsPerTurn = 10;

export async function buildSegment(
  kind: SearchKind,
  documents: readonly SearchDocument[],
  analyse: AnalyseText,
): Promise<Segment> {
  const lists: PostingLists = new Map();
  const stored = documents.map((document) => ({
    id: document.id,
    version: document.version,
    title: storableText(document.title),
    keywords: document.keywords.map((keyword) => storableText(keyword).replaceAll('\n', ' ')).join('\n'),
    body: storableText(document.body),
  }));
  for (const [at, { title, keywords, body }] of stored.entries()) {
    if (at % documentsPerTurn === documentsPerTurn - 1) await turn();
    for (const [place, text] of [
      [termPlaces.title, title],
      [termPlaces.keywords, keywords],
      [termPlaces.body, body],
    ] as const) {
      for (const term of documentTerms(analyse(text).tokens)) addPosting(lists, term, at, place);
    }
  }
  const columns = encodeColumns(columnsOf(documents));
  await turn();
  return { kind, documents: stored, columns, shards: encodeShards(lists, shardCountFor(documents.length)) };
}
