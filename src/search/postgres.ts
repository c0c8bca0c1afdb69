import type { Database } from '../../db/client.ts';
import { dataFault } from '../core/pg-errors.ts';
import {
  DocumentsRejectedError,
  facetFilters,
  maxSearchWindow,
  type RejectedDocument,
  type SearchAnswer,
  type SearchDocument,
  type SearchIndex,
  type SearchKind,
  type SearchQuery,
} from '../core/search-index.ts';
import { highlightFragment, highlightText } from './highlight.ts';
import {
  type AnalyseText,
  kindTerm,
  type QueryTerm,
  queryTerms,
  storableText,
  termQuery,
  termVector,
} from './index-terms.ts';
import {
  type AskedTerm,
  codeList,
  commonTerms,
  countDocuments,
  type Found,
  findDocuments,
  findFacets,
  listVersions,
  type Matching,
  type PhraseRow,
  removeDocuments,
  type SearchDocumentRow,
  suggestPhrases,
  upsertDocuments,
} from './store.ts';

/** With fewer documents that have all terms, those with some of them, or with a title spelt alike, are found as well. */
const enoughDocuments = 10;
/** A term in more than this share of its kind's documents does not by itself make one a hit. */
const commonShare = 0.03;
const commonTermsKeptMs = 60_000;
const maxSimilarLength = 100;
/** Facets of more documents are counted on an eighth of them, or less where that is still as many. */
const maxCountedDocuments = 16_000;
const maxPhraseKeyLength = 60;

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
      const rejected = await upsertRows(toRows(documents, analyse));
      if (rejected.length > 0) throw new DocumentsRejectedError(rejected);
    },
    remove: (kind, ids) => removeDocuments(db, kind, ids, phrasesOf),
    search: async (query) => {
      const bounded = within(query);
      const q = storableText(query.q).trim();
      const terms = queryTerms(analyse, q);
      const { found, matching } = await findFor(bounded, q, terms);
      if (query.facets.length === 0) return toAnswer(found, query.highlight, terms);
      const everyNth = sampleFor(await countable(bounded, found, matching));
      const facets = await findFacets(db, bounded, matching, everyNth);
      return { ...toAnswer(found, query.highlight, terms), facets, facetsAreEstimates: everyNth > 1 };
    },
    suggest: async ({ kind, prefix, limit }) => {
      const key = keyOf(storableText(prefix).trimStart());
      return key === '' ? [] : await suggestPhrases(db, kind, key, limit);
    },
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

  /** One bad document fails the statement of all: halves are tried until it stands alone. */
  async function upsertRows(rows: SearchDocumentRow[]): Promise<RejectedDocument[]> {
    const [first] = rows;
    if (first === undefined) return [];
    try {
      await upsertDocuments(db, rows, phrasesOf);
      return [];
    } catch (error) {
      const reason = dataFault(error);
      if (reason === null) throw error;
      if (rows.length === 1) return [{ kind: first.kind, id: first.id, reason }];
      const middle = Math.ceil(rows.length / 2);
      return [...(await upsertRows(rows.slice(0, middle))), ...(await upsertRows(rows.slice(middle)))];
    }
  }

  async function findFor(query: SearchQuery, q: string, terms: readonly QueryTerm[]): Promise<Answered> {
    if (q === '') return await answered(query, { by: 'nothing' });
    const every = termQuery(query.kind, terms, '&');
    if (terms.length > 0) {
      const strict = await answered(query, {
        by: 'every',
        every,
        terms: terms.map((term) => asked(query.kind, term)),
      });
      if (query.everyWord || strict.found.total >= enoughDocuments) return strict;
    }
    if (query.everyWord) return { found: { total: 0, documents: [] }, matching: { by: 'every', every, terms: [] } };
    const telling = await distinctive(query.kind, terms);
    const similarTo = q.slice(0, maxSimilarLength);
    return await answered(query, {
      by: 'some',
      every,
      terms: telling.map((term) => asked(query.kind, term)),
      similarTo,
    });
  }

  async function answered(query: SearchQuery, matching: Matching): Promise<Answered> {
    return { found: await findDocuments(db, query, matching), matching };
  }

  /** How many documents the facets are about: a facet with a filter of its own leaves that out. */
  async function countable(query: SearchQuery, found: Found, matching: Matching): Promise<number> {
    const own = new Set<string>(query.facets.flatMap((facet) => facetFilters[facet]));
    const firm = Object.entries(query.filters).filter(([name]) => !own.has(name));
    if (firm.length === Object.keys(query.filters).length) return found.total;
    return await countDocuments(db, { kind: query.kind, filters: Object.fromEntries(firm) }, matching);
  }

  async function distinctive(kind: SearchKind, terms: readonly QueryTerm[]): Promise<readonly QueryTerm[]> {
    if (terms.length === 0) return terms;
    const common = await isCommon();
    const rare = terms.filter(({ term }) => !common(kindTerm(kind, term)));
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
      facets: {},
      degraded: false,
    };
  }
}

interface Answered {
  found: Found;
  matching: Matching;
}

/** 1, or a power of two from 8 to 64. */
function sampleFor(documents: number): number {
  if (documents <= maxCountedDocuments) return 1;
  return Math.min(64, Math.max(8, 2 ** Math.ceil(Math.log2(documents / maxCountedDocuments))));
}

function asked(kind: SearchKind, term: QueryTerm): AskedTerm {
  return { query: termQuery(kind, [term], '|'), surface: term.term };
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
    keywords: keywords.map((keyword) => storableText(keyword).replaceAll('\n', ' ')).join('\n'),
    title: storableText(document.title),
    body: storableText(document.body),
    terms: termVector(analyse, { kind: document.kind, title: document.title, keywords, body: document.body }),
    technologyFields: codeList([...new Set(document.technologyFields.flatMap((code) => [code, code.slice(0, 1)]))]),
    industries: codeList(document.industries),
    cooperationModes: codeList(document.cooperationModes),
    iprKinds: codeList(document.iprKinds),
  }));
}

/** A document's title and keywords, each once, as what somebody types may begin. */
function phrasesOf({ kind, id, title, keywords }: Pick<SearchDocumentRow, 'kind' | 'id' | 'title' | 'keywords'>) {
  const phrases = new Map<string, PhraseRow>();
  for (const text of [...keywords.split('\n'), title].map((one) => one.trim())) {
    const key = keyOf(text);
    if (key !== '') phrases.set(key, { kind, key, documentId: id, text });
  }
  return [...phrases.values()];
}

function keyOf(text: string): string {
  return storableText(text.toLowerCase().slice(0, maxPhraseKeyLength));
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
