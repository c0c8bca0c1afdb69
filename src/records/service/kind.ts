import type { Ctx } from '../../core/ctx.ts';
import type { InputFault } from '../../core/errors.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { OrganizationView } from '../../organizations/views.ts';
import type { TermUse } from '../../vocabularies/service.ts';
import type { OwnedRecord } from '../policy.ts';
import type { DueFilter, OwnerFacts, RecordFilter, ReviewFilter } from '../store.ts';
import type { DuplicateView, RecordOwner } from '../views.ts';

/** The columns that the shared verbs know; demands and results have more, which only their own rules touch. */
export interface RecordRow extends OwnedRecord, OwnerFacts {
  id: string;
  version: number;
  contentVersion: number;
  revision: Record<string, unknown> | null;
  assignedToUserId: string | null;
  mergedIntoId: string | null;
  publishedAt: Date | null;
  createdAt: Date;
}

/** Columns by name, as a kind's own rules made them of an input. */
export type Columns = Record<string, unknown>;

/** An input taken apart by who may see it, since each part is stored apart. */
export interface Parts {
  /** Seen by the public once published; a change to them goes through the broker. */
  open: Columns & { regionCode?: string };
  /** Seen by the owner and its broker. */
  inner: Columns;
  /** Under row-level security; changes at once. */
  confidential: Columns;
  /** Under row-level security; the public sees a band of it, so a change goes through the broker with that band. */
  money: Columns;
}

/** The columns of a record that is being made: the public table's, and those under row-level security. */
export interface NewRecord {
  columns: Columns;
  confidential: Columns;
}

export interface RecordInput {
  title?: string;
  regionCode?: string;
}

/** What an audience's view of a record is made of. */
export interface RecordViews<Row, Confidential, PublicView, View> {
  toPublic(row: Row, organization: RecordOwner): PublicView;
  toCounterparty(row: Row, organization: OrganizationView, confidential: Confidential | undefined): View;
  toOwner(row: Row, organization: RecordOwner, confidential: Confidential | undefined): View;
}

/** The queries of a kind. Confidential rows are read and written under row-level security. */
export interface RecordStore<Row, Confidential> {
  get(db: Db, id: string): Promise<Row | undefined>;
  lock(tx: Tx, id: string): Promise<Row | undefined>;
  list(db: Db, filter: RecordFilter): Promise<Row[]>;
  /** The ids of a whole list, for `fetchIds` in the same transaction. */
  openList(tx: Tx, filter: RecordFilter): Promise<void>;
  getMany(db: Db, ids: readonly string[]): Promise<Row[]>;
  /** Open records past their validity, or to be asked about it, locked. */
  lockDue(tx: Tx, due: DueFilter): Promise<Row[]>;
  /** What waits for review, the first made first. */
  listReviews(db: Db, filter: ReviewFilter, page: { after: PageKey | null; limit: number }): Promise<Row[]>;
  assign(tx: Tx, id: string, userId: string | null): Promise<void>;
  /** What a person who has left had in hand. */
  release(tx: Tx, userId: string): Promise<{ id: string; homeMarketId: string }[]>;
  nextNumbers(tx: Tx, count: number): Promise<number[]>;
  insert(tx: Tx, records: readonly NewRecord[]): Promise<void>;
  /** Writes the changes and counts the version up. */
  update(tx: Tx, row: Row, changes: Columns, now: Date): Promise<Row>;
  getConfidential(tx: Tx, id: string): Promise<Confidential | undefined>;
  /** Of many records, by their ids. */
  listConfidential(tx: Tx, ids: readonly string[]): Promise<Map<string, Confidential>>;
  updateConfidential(tx: Tx, id: string, changes: Columns): Promise<void>;
}

/** What a kind decides for itself. */
export interface RecordRules<Row, Input> {
  /** What a draft has before anybody says something. */
  draftDefaults: Columns;
  termsOf(input: Input): TermUse[];
  faultsOf(input: Input): InputFault[];
  partsOf(input: Input): Parts;
  missing(row: Row): InputFault[];
  /** The same of an input that no record has been made of yet. */
  missingIn(input: Input): InputFault[];
  /** The columns of a revision that the owner proposed and the broker now publishes. */
  revisedColumns(revision: Columns): Columns;
}

/** All that the shared verbs need of a kind of record. `demands` and `results` each give one. */
export interface RecordKind<Row extends RecordRow, Confidential, Input, PublicView, View> {
  name: 'demand' | 'result';
  /** Who posts it, and the letter that its codes begin with. */
  postedBy: 'enterprise' | 'university';
  codePrefix: 'D' | 'R';
  /** Confidential columns that gates draw on: they change at once, and so do the matches of an open record. */
  matchedOn: readonly string[];
  store: RecordStore<Row, Confidential>;
  rules: RecordRules<Row, Input>;
  /** Faults that only a look at other rows finds. @param confidential what the record has so far; undefined for a new one */
  referenceFaults(tx: Tx, input: Input, confidential: Confidential | undefined): Promise<InputFault[]>;
  views: RecordViews<Row, Confidential, PublicView, View>;
}

/** How a verb shows the record it has changed, to the actor who changed it. */
export type Show<Row, View> = (tx: Tx, ctx: Ctx, row: Row) => Promise<View>;

/**
 * Says what a record, which was just submitted or published, seems to repeat. Lent to the routes of a kind by whoever
 * composes the application, since the search index lies to the right of them. Fails for nobody: null where it cannot say.
 */
export type DuplicateCheck = (ctx: Ctx, id: string) => Promise<DuplicateView[] | null>;
