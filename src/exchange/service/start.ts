import { stat } from 'node:fs/promises';
import { loadImportHeaders } from '../../../db/seed/import-headers.ts';
import { requireGatheringCampaign } from '../../campaigns/service.ts';
import type { UserActor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import { plusDays } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { describeError } from '../../core/error-report.ts';
import { AppError, found, invalidInput, invalidState } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { listRestrictedOrganizationIds } from '../../credit/service.ts';
import { getOrganizationRow, type OrganizationRow } from '../../organizations/service.ts';
import { Terms } from '../columns/terms.ts';
import { kindFor } from '../gathered.ts';
import { type FoundHeader, HeaderFinder } from '../header.ts';
import type { StartImport } from '../inputs.ts';
import type { ImportedKind } from '../kinds.ts';
import { isStaff, mayImport } from '../policy.ts';
import { readTable } from '../reading/read-table.ts';
import { type RawRow, type TableFacts, TableFault, tableFaultText } from '../reading/table.ts';
import { importDays, importTransitions, readingHours } from '../rules.ts';
import { deleteImport, insertImport, lockImport, updateImportRow } from '../store.ts';
import { type ImportView, toImportView } from '../views.ts';
import { RowChecker } from './check-rows.ts';

const headers = loadImportHeaders();

/** Of one process at once: each holds a connection and a thread while its file is read. */
const maxReading = 2;
let reading = 0;

/** Rows above the header that may be a title or a remark. */
const rowsToHeader = 10;

/**
 * Reads a spreadsheet and checks every row as the verbs will that make records of them; nothing is made yet.
 * @param path of the file, which the caller removes
 * @throws AppError FORBIDDEN; INVALID_INPUT for a file that cannot be taken as a whole; LIMIT_EXCEEDED while others are read
 */
export async function startImport(ctx: Ctx, input: StartImport, path: string): Promise<ImportView> {
  const actor = mayImport(ctx.actor, input.kind);
  if ((await stat(path)).size === 0) throw refusalOf(new TableFault('empty_file'));
  if (reading >= maxReading) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      { zh: '正在读取其他文件，请稍后重试。', en: 'Other files are being read; try again shortly.' },
      { retryAfterSeconds: 5 },
    );
  }
  reading += 1;
  try {
    return await checkFile(ctx, actor, input, path);
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    throw refusalOf(error);
  } finally {
    reading -= 1;
  }
}

function refusalOf(fault: TableFault): AppError {
  return invalidInput({ pointer: '', code: fault.code, message: tableFaultText(fault) });
}

/**
 * Row by row, each part of the file in a transaction of its own: one for the whole would hold back every reader of messages for as
 * long as the file takes. Until all is checked the import is `reading`, and a file that is refused leaves nothing.
 */
async function checkFile(
  ctx: Ctx,
  actor: UserActor & { organizationId: string },
  input: StartImport,
  path: string,
): Promise<ImportView> {
  const { idempotency: _kept, ...aside } = ctx;
  const ground = await readTransaction(aside, async (tx) => await loadGround(tx, aside, actor, input));
  let facts: TableFacts | null = null;
  let checker: RowChecker | null = null;
  let answer: ImportView | null = null;
  const importId = newId();
  const above: RawRow[] = [];
  try {
    for await (const part of readTable(path)) {
      if (!Array.isArray(part)) {
        facts = part;
        continue;
      }
      let rows = part;
      if (checker === null) {
        above.push(...rows);
        const { header, below } = headerIn(ground.finder, above);
        if (header === null) continue;
        rows = below;
        const table = { ...found(facts), header };
        await transaction(
          aside,
          async (tx) => await beginReading(tx, aside, importId, { ...ground, input, actor, table }),
        );
        const { own, kind, finder, terms } = ground;
        const { from1904 } = table;
        checker = new RowChecker({
          ctx: aside,
          actor,
          own,
          kind,
          kindName: input.kind,
          finder,
          header,
          terms,
          from1904,
          importId,
        });
      }
      await checker.take(rows);
    }
    if (checker === null) throw new TableFault('no_header', ground.finder.wanted());
    const { counts } = checker;
    if (counts.total === 0) throw new TableFault('no_rows');
    answer = await transaction(ctx, async (tx) => await endReading(tx, ctx, importId, counts));
    return answer;
  } finally {
    // Refused; or asked before under the same key, and answered with what that made.
    if (checker !== null && answer?.id !== importId) await dropReading(aside, importId);
  }
}

/** What cannot be dropped now goes within the hour. */
async function dropReading(ctx: Ctx, id: string): Promise<void> {
  try {
    await transaction(ctx, async (tx) => await deleteImport(tx, id));
  } catch (error) {
    ctx.log.warn(
      { importId: id, error: describeError(error) },
      'an import that was not read to its end was left to expire',
    );
  }
}

interface Ground {
  kind: ImportedKind;
  own: OrganizationRow;
  finder: HeaderFinder;
  terms: Terms;
}

async function loadGround(
  tx: Tx,
  ctx: Ctx,
  actor: UserActor & { organizationId: string },
  input: StartImport,
): Promise<Ground> {
  const campaignId = input.campaignId ?? null;
  const kind = await kindFor(tx, { kind: input.kind, campaignId });
  if (campaignId !== null) await requireGatheringCampaign(tx, ctx, campaignId);
  const own = found(await getOrganizationRow(tx, actor.organizationId));
  if (campaignId !== null && !isStaff(actor)) await requireStanding(tx, ctx, own);
  const finder = new HeaderFinder(kind.columns, { ...headers[kind.plural], ...kind.headers });
  const terms = await Terms.load(
    tx,
    kind.columns.flatMap(({ reader }) => reader.vocabulary ?? []),
  );
  return { kind, own, finder, terms };
}

async function beginReading(
  tx: Tx,
  ctx: Ctx,
  id: string,
  {
    own,
    actor,
    input,
    table,
  }: Ground & { input: StartImport; actor: UserActor; table: TableFacts & { header: FoundHeader } },
): Promise<void> {
  const now = ctx.clock.now();
  const { format, encoding, sheet, header } = table;
  await insertImport(tx, {
    id,
    kind: input.kind,
    status: 'reading',
    organizationId: own.id,
    marketId: own.homeMarketId ?? own.id,
    requestedByUserId: actor.userId,
    campaignId: input.campaignId ?? null,
    name: input.name ?? 'import',
    format,
    encoding,
    sheet,
    headerRow: header.rowNumber,
    columns: header.columns.map(({ at, header: name, column }) => ({ at, header: name, name: column?.name ?? null })),
    total: 0,
    ready: 0,
    faulty: 0,
    existing: 0,
    // Should the process die, what it had read goes then.
    expiresAt: new Date(now.getTime() + readingHours * 3_600_000),
    createdAt: now,
    updatedAt: now,
  });
}

async function endReading(tx: Tx, ctx: Ctx, id: string, counts: RowChecker['counts']): Promise<ImportView> {
  const row = found(await lockImport(tx, id));
  const now = ctx.clock.now();
  const status = nextState(importTransitions, 'check', row.status);
  const changes = { ...counts, status, expiresAt: plusDays(now, importDays) };
  await audit(tx, ctx, {
    action: 'import.check',
    subjectType: 'import',
    subjectId: id,
    marketId: row.marketId,
    toStatus: status,
    details: { kind: row.kind, ...counts },
  });
  return toImportView(await updateImportRow(tx, row, changes, now));
}

/** What is made for a campaign is submitted, which not every organization may. @throws AppError INVALID_STATE */
async function requireStanding(tx: Tx, ctx: Ctx, own: OrganizationRow): Promise<void> {
  const restricted = await listRestrictedOrganizationIds(tx, [own.id], ctx.clock.now());
  if (!restricted.has(own.id)) return;
  throw invalidState(own.status, {
    zh: '机构尚未通过审核或目前不能提交。',
    en: 'The organization is not verified, or may not submit at present.',
  });
}

/** @throws TableFault when the header is not among the first rows */
function headerIn(finder: HeaderFinder, rows: readonly RawRow[]): { header: FoundHeader | null; below: RawRow[] } {
  for (const [at, row] of rows.slice(0, rowsToHeader).entries()) {
    const header = finder.find(row);
    if (header !== null) return { header, below: rows.slice(at + 1) };
  }
  if (rows.length >= rowsToHeader) throw new TableFault('no_header', finder.wanted());
  return { header: null, below: [] };
}
