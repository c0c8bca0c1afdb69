import pg from 'pg';
import { type AppliedMigration, appliedMigrations } from '../migrate.ts';
import type { ArchiveWriter } from './archive.ts';
import { CopyOut } from './copy.ts';
import { BackupError } from './errors.ts';
import { listSequences, listTables, qualified, type SequencePlace, type Table } from './tables.ts';

/** A batch reader's place, told without transaction ids. */
export interface ReaderPlace {
  name: string;
  /** The least id among the messages that it has not read; null when it has read all. */
  unreadFrom: string | null;
}

/** The first thing in an archive. */
export interface Header {
  format: 'duijie-backup';
  version: 1;
  takenAt: string;
  server: string;
  /** All that were applied, oldest first: the columns of the tables are those of the last one. */
  migrations: AppliedMigration[];
  sequences: SequencePlace[];
  readers: ReaderPlace[];
  /** Of the audit trail's chain, as `npm run audit:verify` takes it; null before the first seal. */
  auditHead: string | null;
}

/**
 * Writes header and tables as they are at one moment, while the program goes on. Migrations wait until it is done.
 * @returns the header and how many rows there were
 */
export async function dumpDatabase(
  databaseUrl: string,
  archive: ArchiveWriter,
  onTable: (table: { table: string; rows: number; bytes: number }) => void,
): Promise<{ header: Header; tables: number; rows: number }> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'duijie backup' });
  // What happens to the connection is told by the query under way.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await mustSeeAll(client);
    await client.query('begin isolation level repeatable read read only');
    // Should a policy apply in spite of the above, an error is better than rows that are missing.
    await client.query(`set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
      set local row_security = off; set local timezone = 'UTC'`);
    const migrations = await appliedMigrations(client);
    if (migrations.length === 0) throw nothingThere();
    const tables = await listTables(client);
    await client.query(`lock table ${tables.map(({ name }) => qualified(name)).join(', ')} in access share mode`);
    const header = await readHeader(client, migrations);
    await archive.writeHeader(header);
    let total = 0;
    for (const table of tables) {
      const { rows, bytes } = await dumpTable(client, archive, table);
      onTable({ table: table.name, rows, bytes });
      total += rows;
    }
    await client.query('commit');
    return { header, tables: tables.length, rows: total };
  } finally {
    await client.end();
  }
}

async function dumpTable(
  client: pg.Client,
  archive: ArchiveWriter,
  { name, columns }: Table,
): Promise<{ rows: number; bytes: number }> {
  // Of a query, since a partitioned table cannot be copied by its name.
  const list = columns.map(pg.escapeIdentifier).join(', ');
  const copy = client.query(new CopyOut(`copy (select ${list} from ${qualified(name)}) to stdout`));
  const { bytes } = await archive.writeEntry({ kind: 'table', name, columns }, copy, () => copy.rows);
  return { rows: copy.rows, bytes };
}

async function readHeader(client: pg.Client, migrations: AppliedMigration[]): Promise<Header> {
  const { rows: readers } = await client.query<ReaderPlace>(
    `select c.name, (select m.id from messages m where (m.xid, m.id) > (c.xid, c.message_id) order by m.id limit 1) as "unreadFrom"
     from cursors c order by c.name`,
  );
  const { rows: heads } = await client.query<{ head: string }>(
    `select seq || ':' || hash as head from audit_seals order by seq desc limit 1`,
  );
  const { rows: facts } = await client.query<{ server: string; now: string }>(
    `select current_setting('server_version') as server, to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as now`,
  );
  return {
    format: 'duijie-backup',
    version: 1,
    takenAt: facts[0]?.now ?? '',
    server: facts[0]?.server ?? '',
    migrations,
    sequences: await listSequences(client),
    readers,
    auditHead: heads[0]?.head ?? null,
  };
}

/** Row-level security binds the owner, too. */
async function mustSeeAll(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ seesAll: boolean }>(
    'select rolsuper or rolbypassrls as "seesAll" from pg_roles where rolname = current_user',
  );
  if (rows[0]?.seesAll) return;
  throw new BackupError({
    en: 'The role in DATABASE_URL does not see confidential rows past row-level security, so the backup would lack them. Run it with a role that is a superuser or has BYPASSRLS and may read all tables.',
    zh: 'DATABASE_URL 中的角色受行级安全策略限制，备份会缺少保密数据。请使用超级用户或具有 BYPASSRLS 且可读取所有表的角色。',
  });
}

function nothingThere(): BackupError {
  return new BackupError({
    en: 'There is nothing to back up: the database has never been set up.',
    zh: '数据库尚未初始化，没有可备份的内容。',
  });
}
