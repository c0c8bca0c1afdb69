import type { UserActor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { listRestrictedOrganizationIds } from '../../credit/service.ts';
import { findNamedOrganizations, type OrganizationRow } from '../../organizations/service.ts';
import type { Terms } from '../columns/terms.ts';
import type { FoundHeader, HeaderFinder } from '../header.ts';
import type { ImportKind } from '../inputs.ts';
import type { ImportedKind } from '../kinds.ts';
import { isStaff } from '../policy.ts';
import { problemsOf, type ReadRow, readRow } from '../read-row.ts';
import type { RawRow } from '../reading/table.ts';
import { rowKeyOf } from '../rules.ts';
import { type FileRow, insertFileRows } from '../store.ts';
import { findKnownRecords } from './known.ts';

interface CheckerParts {
  /** Claims nothing: each part of the file is a transaction. */
  ctx: Ctx;
  actor: UserActor;
  own: OrganizationRow;
  kind: ImportedKind;
  kindName: ImportKind;
  finder: HeaderFinder;
  header: FoundHeader;
  terms: Terms;
  from1904: boolean;
  importId: string;
}

/** Checks rows as they come, and keeps them with what is wrong with them. */
export class RowChecker {
  readonly counts = { total: 0, ready: 0, faulty: 0, existing: 0 };
  readonly #parts: CheckerParts;
  readonly #seen = new Map<string, number>();

  constructor(parts: CheckerParts) {
    this.#parts = parts;
  }

  /** One transaction. What is written here is no record yet, and nobody's but who imports. */
  async take(raw: readonly RawRow[]): Promise<void> {
    await transaction(this.#parts.ctx, async (tx) => await this.#check(tx, raw));
  }

  async #check(tx: Tx, raw: readonly RawRow[]): Promise<void> {
    const { ctx, kind, kindName, header, terms, from1904, importId, own } = this.#parts;
    const rows = raw.map((row) => readRow(row, header.columns, { terms, from1904 }));
    const owners = await this.#ownersOf(tx, rows);
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
  async #ownersOf(tx: Tx, rows: readonly ReadRow[]): Promise<(OrganizationRow | null)[]> {
    const { ctx, actor, own, kind } = this.#parts;
    if (kind.ownedBy === null) return rows.map(() => null);
    if (!isStaff(actor)) {
      for (const row of rows) this.#noteForeign(row, own);
      return rows.map(() => own);
    }
    const names = rows.flatMap(({ aside }) => aside.organization ?? []);
    const named = await findNamedOrganizations(tx, { kind: kind.ownedBy, names, homeMarketIds: actor.marketIds });
    const ids = named.map(({ id }) => id);
    const restricted = await listRestrictedOrganizationIds(tx, ids, ctx.clock.now());
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
