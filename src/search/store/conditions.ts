import { type SQL, sql } from 'drizzle-orm';
import { regionPrefix } from '../../core/region-codes.ts';
import type { SearchFilters, SearchKind } from '../../core/search-index.ts';

type Condition = (wanted: never) => SQL;

/** One condition for each filter, on the row `d`. */
const conditionFor = {
  technologyField: (codes: readonly string[]) => hasAny('technology_fields', codes),
  industry: (codes: readonly string[]) => hasAny('industries', codes),
  cooperationMode: (codes: readonly string[]) => hasAny('cooperation_modes', codes),
  regionCode: (codes: readonly string[]) => sql`d.region_code ^@ any (${textArray(codes.map(regionPrefix))})`,
  minTrl: (level: number) => sql`d.trl >= ${level}`,
  maxTrl: (level: number) => sql`d.trl <= ${level}`,
  moneyBand: (bands: readonly string[]) => sql`d.money_band = any (${textArray(bands)})`,
  activityType: (types: readonly string[]) => sql`d.activity_type = any (${textArray(types)})`,
  stage: (stages: readonly string[]) => sql`d.stage = any (${textArray(stages)})`,
  iprKind: (kinds: readonly string[]) => hasAny('ipr_kinds', kinds),
  language: (language: string) => sql`d.language = ${language}`,
  publishedAfter: (at: Date) => sql`d.published_at >= ${at.toISOString()}::timestamptz`,
  validAt: (at: Date) => sql`(d.valid_until is null or d.valid_until >= ${at.toISOString()}::timestamptz)`,
} satisfies { [name in keyof Required<SearchFilters>]: (wanted: NonNullable<SearchFilters[name]>) => SQL };

/** The conditions of a question's filters, by the filter's name. */
export function filterConditions(filters: SearchFilters): Map<string, SQL> {
  return new Map(
    Object.entries(filters).map(([name, wanted]) => [
      name,
      (conditionFor[name as keyof SearchFilters] as Condition)(wanted as never),
    ]),
  );
}

/** Of that kind, under the filters that are wanted. */
export function allOf(
  kind: SearchKind,
  conditions: ReadonlyMap<string, SQL>,
  isWanted: (name: string) => boolean = () => true,
): SQL {
  const wanted = [...conditions].filter(([name]) => isWanted(name)).map(([, condition]) => condition);
  return sql.join([sql`d.kind = ${kind}`, ...wanted], sql` and `);
}

/** A list of codes as one text: ",402,4,"; empty without any. */
export function codeList(codes: readonly string[]): string {
  return codes.length === 0 ? '' : `,${codes.join(',')},`;
}

/** The codes of such a list. */
export function codesOf(list: string): string[] {
  return list.split(',').filter((code) => code !== '');
}

function hasAny(column: string, codes: readonly string[]): SQL {
  // No code has a comma, and nothing wanted is nothing found, as with `any` of an empty array.
  const known = codes.filter((code) => code !== '' && !code.includes(','));
  if (known.length === 0) return sql`false`;
  const one = (code: string) => sql`strpos(d.${sql.raw(column)}, ${`,${code},`}) > 0`;
  return sql`(${sql.join(known.map(one), sql` or `)})`;
}

function textArray(values: readonly string[]): SQL {
  return sql`${sql.param(values)}::text[]`;
}
