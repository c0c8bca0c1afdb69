import { stat } from 'node:fs/promises';
import { loadImportHeaders } from '../../../db/seed/import-headers.ts';
import { requireGatheringCampaign } from '../../campaigns/service.ts';
import type { UserActor } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import { plusDays } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError, found, invalidInput, invalidState } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { listRestrictedOrganizationIds } from '../../credit/service.ts';
import { findNamedOrganizations, getOrganizationRow, type OrganizationRow } from '../../organizations/service.ts';
import { Terms } from '../columns/terms.ts';
import { kindFor } from '../gathered.ts';
import { type FoundHeader, HeaderFinder } from '../header.ts';
import type { StartImport } from '../inputs.ts';
import type { ImportedKind } from '../kinds.ts';
import { isStaff, mayImport } from '../policy.ts';
import { problemsOf, type ReadRow, readRow } from '../read-row.ts';
import { readTable } from '../reading/read-table.ts';
import { type RawRow, type TableFacts, TableFault, tableFaultText } from '../reading/table.ts';
import { importDays, rowKeyOf } from '../rules.ts';
import { type FileRow, insertFileRows, insertImport, updateImportRow } from '../store.ts';
import { type ImportView, toImportView } from '../views.ts';
import { findKnownRecords } from './known.ts';

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
    return await transaction(ctx, async (tx) => await checkFile(tx, ctx, actor, input, path));
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

async function checkFile(
  tx: Tx,
  ctx: Ctx,
  actor: UserActor & { organizationId: string },
  input: StartImport,
  path: string,
): Promise<ImportView> {
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
  const now = ctx.clock.now();
  let facts: TableFacts | null = null;
  let checker: RowChecker | null = null;
  const above: RawRow[] = [];
  const importId = newId();
  let row = null;
  for await (const part of readTable(path)) {
    if (!Array.isArray(part)) {
      facts = part;
      continue;
    }
    let rows = part;
    if (checker === null) {
      above.push(...rows);
      const { header, below } = headerIn(finder, above);
      if (header === null) continue;
      rows = below;
      const { format, encoding, sheet, from1904 } = found(facts);
      row = found(
        await insertImport(tx, {
          id: importId,
          kind: input.kind,
          status: 'checked',
          organizationId: own.id,
          marketId: own.homeMarketId ?? own.id,
          requestedByUserId: actor.userId,
          campaignId,
          name: input.name ?? 'import',
          format,
          encoding,
          sheet,
          headerRow: header.rowNumber,
          columns: header.columns.map(({ at, header: name, column }) => ({
            at,
            header: name,
            name: column?.name ?? null,
          })),
          total: 0,
          ready: 0,
          faulty: 0,
          existing: 0,
          expiresAt: plusDays(now, importDays),
          createdAt: now,
          updatedAt: now,
        }),
      );
      checker = new RowChecker({
        tx,
        ctx,
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
  if (checker === null || row === null) throw new TableFault('no_header', finder.wanted());
  const { counts } = checker;
  if (counts.total === 0) throw new TableFault('no_rows');
  await audit(tx, ctx, {
    action: 'import.check',
    subjectType: 'import',
    subjectId: importId,
    marketId: row.marketId,
    toStatus: 'checked',
    details: { kind: input.kind, ...counts },
  });
  return toImportView({ ...(await updateImportRow(tx, row, counts, now)) });
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

interface CheckerParts {
  tx: Tx;
  ctx: Ctx;
  actor: UserActor;
  own: OrganizationRow;
  kind: ImportedKind;
  kindName: StartImport['kind'];
  finder: HeaderFinder;
  header: FoundHeader;
  terms: Terms;
  from1904: boolean;
  importId: string;
}

/** Checks rows as they come, and keeps them with what is wrong with them. */
class RowChecker {
  readonly counts = { total: 0, ready: 0, faulty: 0, existing: 0 };
  readonly #parts: CheckerParts;
  readonly #seen = new Map<string, number>();

  constructor(parts: CheckerParts) {
    this.#parts = parts;
  }

  async take(raw: readonly RawRow[]): Promise<void> {
    const { tx, ctx, kind, kindName, header, terms, from1904, importId, own } = this.#parts;
    const rows = raw.map((row) => readRow(row, header.columns, { terms, from1904 }));
    const owners = await this.#ownersOf(rows);
    for (const [at, row] of rows.entries()) this.#note(row, kind.check(row.input, owners[at] ?? null));
    const keyed = rows.map((row, at) => {
      const owner = owners[at] ?? null;
      return { row, owner, organizationId: (owner ?? own).id, rowKey: keyOf(row) };
    });
    const before = await findKnownRecords(tx, kindName, keyed);
    for (const { row, organizationId, rowKey } of keyed) this.#noteRepeated(row, `${organizationId}/${rowKey}`);
    const sound = keyed.filter(
      (one) => one.row.problems.length === 0 && !before.has(`${one.organizationId}/${one.rowKey}`),
    );
    const faults = await kind.faultsOf(
      tx,
      ctx,
      sound.map(({ row, owner }) => ({ input: row.input, owner })),
    );
    for (const [at, { row }] of sound.entries()) this.#note(row, faults[at] ?? []);
    const kept = keyed.map(({ row, owner, organizationId, rowKey }): FileRow => {
      const recordId = before.get(`${organizationId}/${rowKey}`) ?? null;
      const status = recordId !== null ? 'existing' : row.problems.length > 0 ? 'faulty' : 'ready';
      this.counts.total += 1;
      this.counts[status] += 1;
      const { number: rowNumber, cells, input, problems } = row;
      return { importId, rowNumber, status, cells, input, ownerId: owner?.id ?? null, rowKey, problems, recordId };
    });
    await insertFileRows(tx, kept);
  }

  #note(row: ReadRow, faults: Parameters<typeof problemsOf>[0]): void {
    const { header, kind, finder } = this.#parts;
    row.problems.push(
      ...problemsOf(faults, row.problems, header.columns, kind.columns, (column) => finder.headerOf(column)),
    );
  }

  #noteColumn(row: ReadRow, name: string, code: string, zh: string, en: string): void {
    const { header, kind, finder } = this.#parts;
    const at = header.columns.find(({ column }) => column?.name === name);
    const wanted = kind.columns.find((column) => column.name === name);
    row.problems.push({
      column: at?.at ?? null,
      header: at?.header ?? (wanted === undefined ? name : finder.headerOf(wanted)),
      code,
      message: { zh, en },
    });
  }

  #noteRepeated(row: ReadRow, key: string): void {
    const first = this.#seen.get(key);
    if (first === undefined) this.#seen.set(key, row.number);
    else
      row.problems.push({
        column: null,
        header: '',
        code: 'repeated',
        message: { zh: `与第 ${first} 行相同`, en: `is the same as row ${first}` },
      });
  }

  /** Whose each row will be; null for organizations, and where that is not known, which is a problem of the row. */
  async #ownersOf(rows: readonly ReadRow[]): Promise<(OrganizationRow | null)[]> {
    const { tx, actor, own, kind } = this.#parts;
    if (kind.ownedBy === null) return rows.map(() => null);
    if (!isStaff(actor)) {
      for (const row of rows) this.#noteForeign(row, own);
      return rows.map(() => own);
    }
    const names = rows.flatMap(({ aside }) => aside.organization ?? []);
    const named = await findNamedOrganizations(tx, { kind: kind.ownedBy, names, homeMarketIds: actor.marketIds });
    const ids = named.map(({ id }) => id);
    const restricted = await listRestrictedOrganizationIds(tx, ids, this.#parts.ctx.clock.now());
    return rows.map((row) => this.#ownerOf(row, named, restricted));
  }

  #noteForeign(row: ReadRow, own: OrganizationRow): void {
    const { organization } = row.aside;
    if (organization === undefined || organization === own.name || organization === own.creditCode) return;
    this.#noteColumn(
      row,
      'organization',
      'organization',
      '只能导入本机构的记录',
      'only records of your own organization',
    );
  }

  #ownerOf(row: ReadRow, named: readonly OrganizationRow[], restricted: ReadonlySet<string>): OrganizationRow | null {
    const name = row.aside.organization;
    const note = (code: string, zh: string, en: string) => this.#noteColumn(row, 'organization', code, zh, en);
    if (name === undefined) {
      // A cell that was refused says so itself.
      if (!row.problems.some(({ header }) => header === this.#headerOf('organization')))
        note(
          'required',
          '必须填写机构全称或统一社会信用代码',
          'the full name or credit code of an organization is needed',
        );
      return null;
    }
    const [owner, another] = named.filter((one) => one.name === name || one.creditCode === name);
    if (owner === undefined)
      note('organization', `所属市场内没有机构“${name}”`, `your market has no organization "${name}"`);
    else if (another !== undefined)
      note(
        'ambiguous',
        `有多个机构叫“${name}”，请写统一社会信用代码`,
        `several are called "${name}"; write the credit code`,
      );
    else if (owner.status === 'verified' && restricted.has(owner.id))
      note('restricted', `机构“${name}”目前不能提交`, `"${name}" may not submit at present`);
    else if (owner.status !== 'verified') note('unverified', `机构“${name}”尚未通过审核`, `"${name}" is not verified`);
    else return owner;
    return null;
  }

  #headerOf(name: string): string {
    return this.#parts.header.columns.find(({ column }) => column?.name === name)?.header ?? '';
  }
}

function keyOf({ aside, input }: ReadRow): string {
  const creditCode = (input.organization as { creditCode?: string } | undefined)?.creditCode;
  return rowKeyOf(aside.key ?? creditCode, { ...input, ...aside });
}
