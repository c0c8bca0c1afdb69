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
import { type AnalyseText, type QueryTerm, queryTerms, storableText, termQuery, termVector } from './index-terms.ts';
import {
  type AskedTerm,
  commonTerms,
  type Found,
  findDocuments,
  listVersions,
  removeDocuments,
  type SearchDocumentRow,
  suggestKeywords,
  upsertDocuments,
} from './store.ts';

/** With fewer documents that have all terms, those with some of them, or with a title spelt alike, are found as well. */
const enoughDocuments = 10;
/** A term in more than this share of the documents does not by itself make one a hit. */
const commonShare = 0.03;
const commonTermsKeptMs = 60_000;
const maxSimilarLength = 100;

/**
 * Full-text search in PostgreSQL itself, over terms that `analyse` makes of documents and questions alike.
 * The default, and the fallback of every other engine.
 */
export function createPostgresSearch(db: Database, analyse: AnalyseText): SearchIndex {
  const isCommon = commonTermTest(db);
  return {
    name: 'postgres',
    // The table and its indexes come with the migrations.
    ensureIndexes: async () => undefined,
    upsert: async (documents) => {
      const rejected = await upsertRows(db, toRows(documents, analyse));
      if (rejected.length > 0) throw new DocumentsRejectedError(rejected);
    },
    remove: (kind, ids) => removeDocuments(db, kind, ids),
    search: async (query) => {
      const bounded = within(query);
      const q = storableText(query.q).trim();
      const terms = queryTerms(analyse, q);
      const found = q === '' ? await findDocuments(db, bounded, { by: 'nothing' }) : await findFor(bounded, q, terms);
      return toAnswer(found, query.highlight, terms);
    },
    suggest: ({ kind, prefix, limit }) => suggestKeywords(db, kind, storableText(prefix).trim(), limit),
    versions: async (kind: SearchKind) =>
      new Map((await listVersions(db, kind)).map(({ id, version }) => [id, version])),
    health: async () => {
      try {
        await db.execute('select 1');
        return 'ok';
      } catch {
        return 'down';
      }
    },
  };

  async function findFor(query: SearchQuery, q: string, terms: readonly QueryTerm[]): Promise<Found> {
    const every = termQuery(terms, '&');
    if (terms.length > 0) {
      const some = termQuery(terms, '|');
      const found = await findDocuments(db, query, { by: 'every', every, some, terms: terms.map(asked) });
      if (found.total >= enoughDocuments) return found;
    }
    const telling = await distinctive(terms);
    const similarTo = q.slice(0, maxSimilarLength);
    return await findDocuments(db, query, { by: 'some', every, terms: telling.map(asked), similarTo });
  }

  async function distinctive(terms: readonly QueryTerm[]): Promise<readonly QueryTerm[]> {
    if (terms.length === 0) return terms;
    const common = await isCommon();
    const rare = terms.filter(({ term }) => !common(term));
    return rare.length > 0 ? rare : terms;
  }

  function toAnswer(found: Found, highlight: boolean, terms: readonly QueryTerm[]): SearchAnswer {
    return {
      hits: found.documents.map(({ id, score, title, body }) => ({
        id,
        score,
        highlight: highlight
          ? { title: highlightText(analyse, title, terms), body: highlightFragment(analyse, body, terms) }
          : null,
      })),
      total: found.total,
      facets: found.facets,
      degraded: false,
    };
  }
}

function asked(term: QueryTerm): AskedTerm {
  return { query: termQuery([term], '|'), surface: term.term };
}

/** One bad document fails the statement of all: halves are tried until it stands alone. */
async function upsertRows(db: Database, rows: SearchDocumentRow[]): Promise<RejectedDocument[]> {
  const [first] = rows;
  if (first === undefined) return [];
  try {
    await upsertDocuments(db, rows);
    return [];
  } catch (error) {
    const reason = dataFault(error);
    if (reason === null) throw error;
    if (rows.length === 1) return [{ kind: first.kind, id: first.id, reason }];
    const middle = Math.ceil(rows.length / 2);
    return [...(await upsertRows(db, rows.slice(0, middle))), ...(await upsertRows(db, rows.slice(middle)))];
  }
}

function within(query: SearchQuery): SearchQuery {
  const offset = Math.min(Math.max(0, query.offset), maxSearchWindow);
  return { ...query, offset, limit: Math.max(0, Math.min(query.limit, maxSearchWindow - offset)) };
}

function toRows(documents: readonly SearchDocument[], analyse: AnalyseText): SearchDocumentRow[] {
  const newest = new Map<string, SearchDocument>();
  for (const document of documents) {
    const key = `${document.kind}/${document.id}`;
    if ((newest.get(key)?.version ?? 0) <= document.version) newest.set(key, document);
  }
  // In one order, so that two writers of the same documents wait for each other instead of locking each other out.
  const sorted = [...newest].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, { keywords, ...document }]) => ({
    ...document,
    keywords: keywords.map(storableText),
    title: storableText(document.title),
    body: storableText(document.body),
    terms: termVector(analyse, { title: document.title, keywords, body: document.body }),
    technologyFields: [...document.technologyFields],
    industries: [...document.industries],
    cooperationModes: [...document.cooperationModes],
    iprKinds: [...document.iprKinds],
  }));
}

/** Reads PostgreSQL's own statistics of the terms, at most once a minute. */
function commonTermTest(db: Database): () => Promise<(term: string) => boolean> {
  let shares = new Map<string, number>();
  let readAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - readAtMs > commonTermsKeptMs) {
      shares = await commonTerms(db);
      readAtMs = performance.now();
    }
    return (term) => (shares.get(term) ?? 0) > commonShare;
  };
}
