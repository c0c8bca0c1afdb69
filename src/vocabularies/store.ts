import { and, asc, eq, inArray, or } from 'drizzle-orm';
import { amongTexts } from '../../db/among.ts';
import { vocabularyTerms } from '../../db/schema/index.ts';
import type { Db } from '../core/transaction.ts';

export type TermRow = typeof vocabularyTerms.$inferSelect;

export async function listTerms(db: Db, vocabulary: string, parentCode?: string): Promise<TermRow[]> {
  return await db
    .select()
    .from(vocabularyTerms)
    .where(
      and(
        eq(vocabularyTerms.vocabulary, vocabulary),
        parentCode === undefined ? undefined : eq(vocabularyTerms.parentCode, parentCode),
      ),
    )
    .orderBy(asc(vocabularyTerms.position), asc(vocabularyTerms.code));
}

/** The terms in use among those asked for, as "vocabulary/code". Retired terms are not among them. */
export async function knownTerms(db: Db, terms: readonly { vocabulary: string; code: string }[]): Promise<Set<string>> {
  const vocabularies = [...new Set(terms.map((term) => term.vocabulary))];
  const rows = await db
    .select({ vocabulary: vocabularyTerms.vocabulary, code: vocabularyTerms.code })
    .from(vocabularyTerms)
    .where(
      and(
        eq(vocabularyTerms.retired, false),
        or(
          ...vocabularies.map((vocabulary) =>
            and(
              eq(vocabularyTerms.vocabulary, vocabulary),
              amongTexts(
                vocabularyTerms.code,
                terms.filter((term) => term.vocabulary === vocabulary).map((term) => term.code),
              ),
            ),
          ),
        ),
      ),
    );
  return new Set(rows.map((row) => `${row.vocabulary}/${row.code}`));
}

/** These terms, whether in use or retired. */
export async function listTermRows(db: Db, terms: readonly { vocabulary: string; code: string }[]): Promise<TermRow[]> {
  if (terms.length === 0) return [];
  const codes = new Map<string, Set<string>>();
  for (const { vocabulary, code } of terms) codes.set(vocabulary, (codes.get(vocabulary) ?? new Set()).add(code));
  return await db
    .select()
    .from(vocabularyTerms)
    .where(
      or(
        ...[...codes].map(([vocabulary, wanted]) =>
          and(eq(vocabularyTerms.vocabulary, vocabulary), inArray(vocabularyTerms.code, [...wanted])),
        ),
      ),
    );
}

export async function saveLocalTerm(
  db: Db,
  term: {
    vocabulary: string;
    code: string;
    parentCode: string | null;
    zh: string;
    en: string | null;
    retired: boolean;
  },
): Promise<TermRow | undefined> {
  const [row] = await db
    .insert(vocabularyTerms)
    .values({ ...term, position: 1_000_000, local: true })
    .onConflictDoUpdate({
      target: [vocabularyTerms.vocabulary, vocabularyTerms.code],
      set: { parentCode: term.parentCode, zh: term.zh, en: term.en, retired: term.retired, local: true },
    })
    .returning();
  return row;
}
