import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { packageRoot } from '../package-root.ts';

/** Vocabularies as the API names them, in `db/seed/vocabularies/<name>.json`. */
export const vocabularyNames = [
  'technology-fields',
  'contract-fields',
  'contract-types',
  'contract-ipr-kinds',
  'contract-party-kinds',
  'payment-modes',
  'plan-sources',
  'socioeconomic-goals',
  'field-crosswalk',
  'contract-field-crosswalk',
  'field-industry-crosswalk',
  'industry-field-crosswalk',
  'industries',
  'regions',
  'cooperation-modes',
  'activity-types',
  'trl',
  'result-stages',
  'ipr-kinds',
  'exclusivity',
  'organization-kinds',
  'organization-tiers',
  'decline-reasons',
  'dismiss-reasons',
  'size-bands',
  'demand-outcomes',
  'restriction-kinds',
  'budget-bands',
  'budget-categories',
  'contribution-kinds',
  'termination-reasons',
] as const;

type VocabularyName = (typeof vocabularyNames)[number];

/** Crosswalks, each with the vocabulary that it leads to. */
const crosswalkTargets: Partial<Record<VocabularyName, VocabularyName>> = {
  'field-crosswalk': 'contract-fields',
  'contract-field-crosswalk': 'technology-fields',
  'field-industry-crosswalk': 'industries',
  'industry-field-crosswalk': 'technology-fields',
};

/** In which vocabulary the parents of a vocabulary's terms are: itself, but for crosswalks. */
export function parentVocabulary(name: VocabularyName): VocabularyName {
  return crosswalkTargets[name] ?? name;
}

/** Loads what changed since the last start. Terms that the administrator added or retired stay as they are. */
export async function seedVocabularies(client: pg.Client): Promise<void> {
  for (const name of vocabularyNames) {
    const target = parentVocabulary(name);
    const text = target === name ? await readVocabulary(name) : await crosswalkTerms(name, target);
    const digest = createHash('sha256').update(text).digest('hex');
    const loaded = await client.query('select 1 from seed_digests where name = $1 and digest = $2', [name, digest]);
    if (loaded.rowCount) continue;
    await client.query('begin');
    await client.query(
      `insert into vocabulary_terms (vocabulary, code, parent_code, zh, en, position)
       select $1, t.code, t."parentCode", t.zh, t.en, t.position
       from rows from (jsonb_to_recordset($2::jsonb) as (code text, "parentCode" text, zh text, en text)) with ordinality
         as t(code, "parentCode", zh, en, position)
       on conflict (vocabulary, code) do update
         set parent_code = excluded.parent_code, zh = excluded.zh, en = excluded.en, position = excluded.position
         where not vocabulary_terms.local`,
      [name, text],
    );
    await client.query(
      'insert into seed_digests (name, digest) values ($1, $2) on conflict (name) do update set digest = excluded.digest',
      [name, digest],
    );
    await client.query('commit');
  }
}

function readVocabulary(name: VocabularyName): Promise<string> {
  return readFile(join(packageRoot(), 'db', 'seed', 'vocabularies', `${name}.json`), 'utf8');
}

/** As terms: the code leads to its parent, a term of the other vocabulary, under that one's name. */
async function crosswalkTerms(name: VocabularyName, target: VocabularyName): Promise<string> {
  const rows: Record<string, string>[] = JSON.parse(await readVocabulary(name));
  const fields: { code: string; zh: string; en: string }[] = JSON.parse(await readVocabulary(target));
  const byCode = new Map(fields.map((field) => [field.code, field]));
  return JSON.stringify(
    rows.map((row) => {
      const [code, parentCode = ''] = Object.values(row);
      const { zh = parentCode, en = null } = byCode.get(parentCode) ?? {};
      return { code, parentCode, zh, en };
    }),
  );
}
