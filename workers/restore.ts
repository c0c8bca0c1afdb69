import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkBackup, restoreBackup } from '../db/backup/backup.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { ConfigError } from '../src/config.ts';
import { openDatabase } from './open-database.ts';
import { runProcess } from './process.ts';

// Loads a backup into an empty database, `--from FILE`, and brings that up to date. `--check` only reads the file through.
await runProcess(async ({ config, log, onClose, end }) => {
  const { file, isCheck } = asked();
  if (isCheck) {
    print({ file, ...summaryOf(await checkBackup(file)) });
    return end();
  }
  const databaseUrl = await openDatabase(config, { log, onClose });
  const restored = await restoreBackup(file, {
    databaseUrl,
    filesDir: 'directory' in config.storage ? config.storage.directory : null,
    onProgress: ({ table, rows }) => process.stderr.write(`${table} ${rows}\n`),
  });
  await migrateDatabase(databaseUrl);
  print({ file, ...summaryOf(restored) });
  end();
});

function summaryOf({ header, ...counts }: Awaited<ReturnType<typeof checkBackup>>): object {
  return { takenAt: header.takenAt, ...counts, auditHead: header.auditHead };
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** @throws ConfigError without a file */
function asked(): { file: string; isCheck: boolean } {
  const { values } = parseArgs({ options: { from: { type: 'string' }, check: { type: 'boolean' } }, strict: false });
  if (typeof values.from !== 'string' || values.from === '') {
    throw new ConfigError('restore wants --from FILE.\n请用 --from 指定备份文件。');
  }
  return { file: resolve(values.from), isCheck: values.check === true };
}
