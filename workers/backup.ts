import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBackup } from '../db/backup/backup.ts';
import { ConfigError } from '../src/config.ts';
import { openDatabase } from './open-database.ts';
import { runProcess } from './process.ts';

// Writes everything into one file, while the program runs: `--to FILE`, or `--to DIR` for a name that says when.
await runProcess(async ({ config, log, onClose, end }) => {
  const file = await fileAsked();
  const databaseUrl = await openDatabase(config, { log, onClose });
  const { header, ...counts } = await writeBackup(file, {
    databaseUrl,
    filesDir: 'directory' in config.storage ? config.storage.directory : null,
    onProgress: ({ table, rows }) => process.stderr.write(`${table} ${rows}\n`),
  });
  const { size } = await stat(file);
  process.stdout.write(`${JSON.stringify({ file, bytes: size, ...counts, auditHead: header.auditHead })}\n`);
  end();
});

/** @throws ConfigError without one, or for one that exists */
async function fileAsked(): Promise<string> {
  const { values } = parseArgs({ options: { to: { type: 'string' } }, strict: false });
  if (typeof values.to !== 'string' || values.to === '') {
    throw new ConfigError('backup wants --to FILE or --to DIR.\n请用 --to 指定备份文件或目录。');
  }
  const to = resolve(values.to);
  const found = await stat(to).catch(() => null);
  const second = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  if (found?.isDirectory()) return join(to, `duijie-${second}Z.backup`);
  if (found !== null) throw new ConfigError(`--to: ${to} exists already.\n--to 指定的文件已存在。`);
  return to;
}
