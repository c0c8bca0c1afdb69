import type { Database } from '../../db/client.ts';
import { dataFault } from '../core/pg-errors.ts';
import {
  DocumentsRejectedError,
  maxSearchWindow,
  type RejectedDocument,
  type SearchAnswer,
  type SearchDocument,
  type SearchIndex,
  type SearchKind,
  type SearchQuery,
} from '../core/search-index.ts';
import { highlightFragment, highlightText } from './highlight.ts';
import { type AnalyseText, type QueryTerm, queryTerms, storableText } from './index-terms.ts';
import { buildSegment, type StoredDocument } from './segments/build.ts';
import type { Answered } from './segments/counting.ts';
import { findInSegments } from './segments/find.ts';
import { isIndexFilled } from './store/cursors.ts';
import { readTexts } from './store/segments.ts';
import { addSegment, listVersions, type PhraseRow, removeDocuments, suggestPhrases, tidySegments } from './store.ts';

const name = 'postgres';
const maxPhraseKeyLength = 60;
/** A segment of so many is large enough to stay as it is. */
const documentsPerSegment = 1_000;

/**
 * Full-text search in PostgreSQL itself, over terms that `analyse` makes of documents and questions alike; the index is
 * in segments (ADR 34). The default, and the fallback of every other engine.
 */
export function createPostgresSearch(db: Database, analyse: AnalyseText): SearchIndex {
  return {
    name,
    // The tables come with the migrations.
    ensureIndexes: async () => undefined,
    upsert: async (documents) => {
      const rejected: RejectedDocument[] = [];
      for (const [kind, portion] of portionsOf(documents)) rejected.push(...(await upsertPortion(kind, portion)));
      if (rejected.length > 0) throw new DocumentsRejectedError(rejected);
    },
    remove: (kind, ids) => removeDocuments(db, kind, ids, phrasesOf(kind)),
    search: async (query) => {
      const bounded = within(query);
      const q = storableText(query.q).trim();
      const terms = queryTerms(analyse, q);
      return await toAnswer(bounded, terms, await findInSegments(db, bounded, q, terms));
    },
    suggest: async ({ kind, prefix, limit }) => {
      const key = keyOf(storableText(prefix).trimStart());
      return await suggestPhrases(db, kind, key, key === '' ? 0 : limit);
    },
    tidy: async () => {
      for (const kind of ['demand', 'result'] as const) await tidySegments(db, kind);
    },
    versions: (kind) => listVersions(db, kind),
    health: async () => {
      try {
        return (await isIndexFilled(db, { name })) ? 'ok' : 'filling';
      } catch {
        return 'down';
      }
    },
  };

  /** One bad document fails the transaction of all: halves are tried until it stands alone. */
  async function upsertPortion(kind: SearchKind, documents: readonly SearchDocument[]): Promise<RejectedDocument[]> {
    const [first] = documents;
    if (first === undefined) return [];
    const segment = await buildSegment(kind, documents, analyse);
    try {
      await addSegment(db, segment, phrasesOf(kind));
      return [];
    } catch (error) {
      const reason = dataFault(error);
      if (reason === null) throw error;
      if (documents.length === 1) return [{ kind, id: first.id, reason }];
      const middle = Math.ceil(documents.length / 2);
      return [
        ...(await upsertPortion(kind, documents.slice(0, middle))),
        ...(await upsertPortion(kind, documents.slice(middle))),
      ];
    }
  }

  async function toAnswer(
    { kind, facets: asked, highlight }: SearchQuery,
    terms: readonly QueryTerm[],
    { total, page, facets, isFilled }: Answered & { isFilled: boolean },
  ): Promise<SearchAnswer> {
    const texts = await readTexts(db, kind, highlight ? page.map(({ id }) => id) : []);
    const hits = page.map(({ id, score }) => {
      if (!highlight) return { id, score, highlight: null };
      const { title, body } = texts.get(id) ?? { title: '', body: '' };
      return {
        id,
        score,
        highlight: {
          title: highlightText(analyse, title, terms),
          body: highlightFragment(analyse, body, terms),
        },
      };
    });
    return { hits, total, facets, ...(asked.length > 0 ? { facetsAreEstimates: false } : {}), degraded: !isFilled };
  }
}

function within(query: SearchQuery): SearchQuery {
  const offset = Math.min(Math.max(0, query.offset), maxSearchWindow);
  return { ...query, offset, limit: Math.max(0, Math.min(query.limit, maxSearchWindow - offset)) };
}

/** The newest version of each document, by kind, no more at a time than one segment takes. */
function portionsOf(documents: readonly SearchDocument[]): [SearchKind, SearchDocument[]][] {
  const newest = new Map<string, SearchDocument>();
  for (const document of documents) {
    const key = `${document.kind}/${document.id}`;
    if ((newest.get(key)?.version ?? 0) <= document.version) newest.set(key, document);
  }
  return (['demand', 'result'] as const).flatMap((kind) => {
    const ofKind = [...newest.values()].filter((document) => document.kind === kind);
    return Array.from(
      { length: Math.ceil(ofKind.length / documentsPerSegment) },
      (_, at): [SearchKind, SearchDocument[]] => [
        kind,
        ofKind.slice(at * documentsPerSegment, (at + 1) * documentsPerSegment),
      ],
    );
  });
}

/** A document's title and keywords, each once, as what somebody types may begin. */
function phrasesOf(kind: SearchKind) {
  return ({ id, title, keywords }: Pick<StoredDocument, 'id' | 'title' | 'keywords'>): PhraseRow[] => {
    const phrases = new Map<string, PhraseRow>();
    for (const text of [...keywords.split('\n'), title].map((one) => one.trim())) {
      const key = keyOf(text);
      if (key !== '') phrases.set(key, { kind, key, documentId: id, text });
    }
    return [...phrases.values()];
  };
}

function keyOf(text: string): string {
  return storableText(text.toLowerCase().slice(0, maxPhraseKeyLength));
}
