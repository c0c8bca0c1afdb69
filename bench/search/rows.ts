import type { Database } from '../../db/client.ts';
import { demands, organizations, results } from '../../db/schema/index.ts';
import { newId } from '../../src/core/ids.ts';
import type { SearchDocument } from '../../src/core/search-index.ts';
import { searchDocuments } from './documents.ts';

const rowsPerInsert = 500;

/**
 * Published demands and results, as many of each, of one enterprise and one university below a root market that this
 * makes; texts cut to so many characters.
 */
export async function addRecords(db: Database, count: number, textLength = Number.POSITIVE_INFINITY): Promise<void> {
  const homeMarketId = await addOrganization(db, 'market', null);
  const organizationId = {
    demand: await addOrganization(db, 'enterprise', homeMarketId),
    result: await addOrganization(db, 'university', homeMarketId),
  };
  for (const kind of ['demand', 'result'] as const) {
    let batch: SearchDocument[] = [];
    const put = async () => {
      const rows = batch.map((document) => ({
        ...recordOf(document, textLength),
        organizationId: organizationId[kind],
        homeMarketId,
      }));
      if (kind === 'demand') await db.insert(demands).values(rows.map((row, at) => demandOf(row, batch[at])));
      else await db.insert(results).values(rows.map((row, at) => resultOf(row, batch[at])));
      batch = [];
    };
    for (const document of searchDocuments(kind, count)) {
      batch.push(document);
      if (batch.length === rowsPerInsert) await put();
    }
    if (batch.length > 0) await put();
  }
}

async function addOrganization(
  db: Database,
  kind: 'market' | 'enterprise' | 'university',
  homeMarketId: string | null,
): Promise<string> {
  const now = new Date();
  const id = newId();
  const isMarket = kind === 'market';
  await db.insert(organizations).values({
    id,
    kind,
    ...(isMarket ? { marketKind: 'root' as const } : { homeMarketId }),
    name: `bench ${kind}`,
    status: 'verified',
    regionCode: isMarket ? '000000' : '430100',
    createdAt: now,
    updatedAt: now,
  });
  return id;
}

function recordOf(document: SearchDocument, textLength: number) {
  const { id, title, body, keywords, technologyFields, cooperationModes, regionCode, language, publishedAt } = document;
  return {
    ...{
      id,
      title,
      summary: body.slice(0, textLength),
      technologyFields: [...technologyFields],
      cooperationModes: [...cooperationModes],
    },
    ...{ regionCode, language: language === 'en' ? ('en' as const) : ('zh' as const), source: 'self' as const },
    // The last keyword is the code, which the index adds.
    keywords: keywords.slice(0, -1),
    code: keywords.at(-1) ?? id,
    status: 'published' as const,
    publishedAt,
    validUntil: document.validUntil,
    indicators: [],
    createdByUserId: newId(),
    createdAt: publishedAt,
    updatedAt: publishedAt,
  };
}

type Row = ReturnType<typeof recordOf> & { organizationId: string; homeMarketId: string };

function demandOf(row: Row, document: SearchDocument | undefined): typeof demands.$inferInsert {
  return {
    ...row,
    industry: document?.industries[0] ?? null,
    activityType: document?.activityType ?? null,
    targetTrl: document?.trl ?? null,
    budgetBand: document?.moneyBand ?? null,
    preferredPartners: [],
  };
}

function resultOf(row: Row, document: SearchDocument | undefined): typeof results.$inferInsert {
  return {
    ...row,
    applicationIndustries: document?.industries.filter((code) => code !== 'C') ?? [],
    trl: document?.trl ?? null,
    stage: document?.stage as (typeof results.$inferInsert)['stage'],
    priceBand: document?.moneyBand ?? null,
    ipr: (document?.iprKinds ?? []).map((kind) => ({ kind, status: 'granted' })) as NonNullable<
      (typeof results.$inferInsert)['ipr']
    >,
    owners: [],
    inventors: [],
    awards: [],
  };
}
