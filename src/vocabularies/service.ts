import { parentVocabulary } from '../../db/seed/vocabularies.ts';
import { audit } from '../core/audit.ts';
import type { Ctx } from '../core/ctx.ts';
import { found, type InputFault, invalidInput } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { type Db, transaction } from '../core/transaction.ts';
import type { SaveTerm, VocabularyName } from './inputs.ts';
import { mayKeepVocabularies } from './policy.ts';
import { knownTerms, listTermRows, listTerms, saveLocalTerm, type TermRow } from './store.ts';
import { type TermView, toTermView, type VocabularyView } from './views.ts';

export async function getVocabulary(ctx: Ctx, name: VocabularyName, parentCode?: string): Promise<VocabularyView> {
  const rows = await listTerms(ctx.db, name, parentCode);
  return { name, items: rows.map(toTermView) };
}

/** Adds a term, or words an existing one anew; a seed of a later version leaves it alone. */
export async function saveTerm(ctx: Ctx, input: SaveTerm & { name: VocabularyName; code: string }): Promise<TermView> {
  return await transaction(ctx, async (tx) => {
    mayKeepVocabularies(ctx.actor);
    const { name: vocabulary, code, zh, en = null, parentCode = null, retired = false } = input;
    if (parentCode !== null)
      await checkTerms(tx, [{ vocabulary: parentVocabulary(vocabulary), code: parentCode, pointer: '/parentCode' }]);
    const row = await saveLocalTerm(tx, { vocabulary, code, parentCode, zh, en, retired });
    await audit(tx, ctx, {
      action: 'vocabulary.save',
      subjectType: 'vocabulary',
      subjectId: newId(),
      details: { vocabulary, code, retired },
    });
    return toTermView(found(row));
  });
}

export { listTerms as listVocabulary } from './store.ts';

/** A code in an input, the vocabulary it is taken from, and where it stands. */
export interface TermUse {
  vocabulary: VocabularyName;
  code: string;
  pointer: string;
}

/** The terms that codes stand for, retired ones too, by "vocabulary/code"; what is no term is not in it. */
export async function getTerms(db: Db, uses: readonly Omit<TermUse, 'pointer'>[]): Promise<Map<string, TermRow>> {
  const rows = await listTermRows(db, uses);
  return new Map(rows.map((row) => [`${row.vocabulary}/${row.code}`, row]));
}

/** @throws AppError INVALID_INPUT with the other faults of the input and one for each code that is not in its vocabulary */
export async function checkTerms(
  db: Db,
  uses: readonly TermUse[],
  otherFaults: readonly InputFault[] = [],
): Promise<void> {
  const [faults = []] = await termFaults(db, [uses]);
  if (faults.length + otherFaults.length > 0) throw invalidInput(...otherFaults, ...faults);
}

/** For each of many inputs, a fault for each code that is not in its vocabulary: one query for all of them. */
export async function termFaults(db: Db, inputs: readonly (readonly TermUse[])[]): Promise<InputFault[][]> {
  const uses = inputs.flat();
  const known = uses.length === 0 ? new Set<string>() : await knownTerms(db, uses);
  return inputs.map((terms) =>
    terms
      .filter((use) => !known.has(`${use.vocabulary}/${use.code}`))
      .map((use) => ({
        pointer: use.pointer,
        code: 'vocabulary',
        message: {
          zh: `“${use.code}”不在词表 ${use.vocabulary} 中，见 GET /v1/vocabularies/${use.vocabulary}`,
          en: `"${use.code}" is not in the vocabulary ${use.vocabulary}; see GET /v1/vocabularies/${use.vocabulary}`,
        },
      })),
  );
}
