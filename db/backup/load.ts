import pg from 'pg';
import { appliedMigrations, knownMigrations, migrateUpTo } from '../migrate.ts';
import type { ArchiveReader } from './archive.ts';
import { copyIn } from './copy.ts';
import type { Header, ReaderPlace } from './dump.ts';
import { BackupError, damaged } from './errors.ts';
import { listTables, qualified, type SequencePlace, tableWithColumns } from './tables.ts';

/** Its index is in another server, which knows nothing of what the backup is; without a place it is filled anew. */
const readerOfAnotherServer = 'search-index-meilisearch';

type Entries = ReturnType<ArchiveReader['entries']>;
/** Takes an entry that is no table. */
type TakeFile = (name: string, content: AsyncGenerator<Buffer>) => Promise<void>;

/**
 * Brings an empty database to the migration of the backup and loads it in one transaction: all of it or nothing.
 * @param beforeCommit runs when everything has been read and found whole
 * @throws BackupError for a database in which there is something, and for a backup of another version of the program
 */
export async function loadDatabase(
  databaseUrl: string,
  { header, entries }: { header: Header; entries: Entries },
  take: { onTable: (table: { table: string; rows: number }) => void; onFile: TakeFile; beforeCommit(): Promise<void> },
): Promise<{ tables: number; rows: number }> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'duijie restore' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await mustBeEmpty(client, header);
    await migrateUpTo(databaseUrl, header.migrations.length);
    await client.query('begin');
    await client.query(`set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
      set local timezone = 'UTC'`);
    const restoreRules = await liftRules(client);
    const loaded = await loadEntries(client, entries, take);
    await restoreRules();
    await setSequences(client, header.sequences);
    await setReaders(client, header.readers);
    await placeSeals(client);
    await take.beforeCommit();
    await client.query('commit');
    await client.query('analyze');
    return loaded;
  } finally {
    await client.end();
  }
}

async function mustBeEmpty(client: pg.Client, { migrations }: Header): Promise<void> {
  const known = await knownMigrations();
  if (migrations.some(({ hash }, at) => known[at]?.hash !== hash)) {
    throw new BackupError({
      en: 'The backup is of a newer or another version of Duijie than this one. Restore it with the version that made it, or a later one.',
      zh: '该备份由更新的或其他版本的对接生成，请使用生成该备份的版本或更新的版本恢复。',
    });
  }
  const applied = await appliedMigrations(client);
  if (applied.length <= migrations.length && !(await hasRows(client))) return;
  throw new BackupError({
    en: 'The database is not empty, or newer than the backup; nothing was changed. Restore into a new one: another DATABASE_URL, or another DATA_DIR.',
    zh: '目标数据库非空，或比备份更新；未作任何更改。请恢复到新的数据库：更换 DATABASE_URL 或 DATA_DIR。',
  });
}

/** Whether the program has ever run on it: each start makes an organization and an audit entry. */
async function hasRows(client: pg.Client): Promise<boolean> {
  for (const name of ['organizations', 'users', 'audit_entries']) {
    const { rows } = await client.query<{ known: boolean }>('select to_regclass($1) is not null as known', [
      qualified(name),
    ]);
    if (rows[0]?.known && (await client.query(`select from ${qualified(name)} limit 1`)).rowCount) return true;
  }
  return false;
}

/**
 * Foreign keys and row-level security for the owner are lifted while rows come in any order. What was sealed keeps its order
 * in the chain and comes before every transaction of this cluster.
 * @returns how to put all back
 */
async function liftRules(client: pg.Client): Promise<() => Promise<void>> {
  const { rows: keys } = await client.query<{ on: string; name: string; definition: string }>(
    `select conrelid::regclass::text as on, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and conparentid = 0 and connamespace = 'public'::regnamespace`,
  );
  const { rows: forced } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relforcerowsecurity and relnamespace = 'public'::regnamespace`,
  );
  for (const key of keys) await client.query(`alter table ${key.on} drop constraint ${key.name}`);
  for (const { name } of forced) await client.query(`alter table ${name} no force row level security`);
  await client.query(
    `alter table audit_entries alter xid set default '0'; alter table audit_seals alter xid set default '0'`,
  );
  return async () => {
    await client.query(
      'alter table audit_entries alter xid set default pg_current_xact_id(); alter table audit_seals alter xid drop default',
    );
    for (const { name } of forced) await client.query(`alter table ${name} force row level security`);
    for (const key of keys) await client.query(`alter table ${key.on} add constraint ${key.name} ${key.definition}`);
  };
}

async function loadEntries(
  client: pg.Client,
  entries: Entries,
  { onTable, onFile }: { onTable: (table: { table: string; rows: number }) => void; onFile: TakeFile },
): Promise<{ tables: number; rows: number }> {
  const tables = new Map((await listTables(client)).map((table) => [table.name, table]));
  const missing = new Set(tables.keys());
  // Some migrations write rows.
  await client.query(`truncate ${[...missing].map(qualified).join(', ')}`);
  let total = 0;
  for await (const { entry, content, end } of entries) {
    if (entry.kind === 'file') {
      await onFile(entry.name, content);
      continue;
    }
    const own = tables.get(entry.name);
    const isKnown = own !== undefined && [...own.columns].sort().join() === [...entry.columns].sort().join();
    if (!isKnown || !missing.delete(entry.name)) throw damaged(`there is no such table ${entry.name}`);
    const rows = await copyIn(client, `copy ${tableWithColumns(entry)} from stdin`, content);
    if (rows !== end().rows) throw damaged(`${entry.name} has ${rows} rows instead of ${end().rows}`);
    onTable({ table: entry.name, rows });
    total += rows;
  }
  if (missing.size > 0) throw damaged(`it lacks ${[...missing].join(', ')}`);
  return { tables: tables.size, rows: total };
}

async function setSequences(client: pg.Client, sequences: readonly SequencePlace[]): Promise<void> {
  for (const { name, value, isCalled } of sequences)
    await client.query('select setval($1::regclass, $2::bigint, $3)', [qualified(name), value, isCalled]);
}

/**
 * All messages are of one transaction now, in order of their ids. A reader goes on before the first that it had not read;
 * what it had read behind that it reads once more, as after a restart.
 */
async function setReaders(client: pg.Client, readers: readonly ReaderPlace[]): Promise<void> {
  await client.query('truncate cursors');
  for (const { name, unreadFrom } of readers) {
    if (name === readerOfAnotherServer) continue;
    await client.query(
      `insert into cursors (name, xid, message_id, updated_at)
       select $1, pg_current_xact_id(), coalesce((select id from messages where $2::uuid is null or id < $2::uuid
         order by id desc limit 1), '00000000-0000-0000-0000-000000000000'), now()`,
      [name, unreadFrom],
    );
  }
}

/** What waits for the sealer comes behind the last seal, whose place is behind all that was sealed. */
async function placeSeals(client: pg.Client): Promise<void> {
  await client.query(`
    update audit_entries e set xid = pg_current_xact_id() where not exists (select from audit_seals s where s.entry_id = e.id);
    update audit_seals set xid = '1' where seq = (select max(seq) from audit_seals)`);
}
