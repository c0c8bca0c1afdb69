import { ArchiveReader, ArchiveWriter } from './archive.ts';
import { dumpDatabase, type Header } from './dump.ts';
import { damaged } from './errors.ts';
import { dumpFiles, FilesBack } from './files.ts';
import { loadDatabase } from './load.ts';

interface Place {
  databaseUrl: string;
  /** Where files are kept beside the database; null for an object store, which has backups of its own. */
  filesDir: string | null;
  onProgress?: (done: { table: string; rows: number }) => void;
}

export interface BackupReport {
  header: Header;
  tables: number;
  rows: number;
  files: number;
}

/** Writes database and files as they are into one new file (docs/adr/0029). @throws BackupError, or where the file exists */
export async function writeBackup(file: string, { databaseUrl, filesDir, onProgress }: Place): Promise<BackupReport> {
  const archive = new ArchiveWriter(file);
  try {
    const dumped = await dumpDatabase(databaseUrl, archive, (done) => onProgress?.(done));
    const files = filesDir === null ? 0 : await dumpFiles(filesDir, archive);
    await archive.finish();
    return { ...dumped, files };
  } catch (error) {
    await archive.abandon();
    throw error;
  }
}

/** Loads a backup into an empty database and puts its files in their place. @throws BackupError */
export async function restoreBackup(file: string, { databaseUrl, filesDir, onProgress }: Place): Promise<BackupReport> {
  const { reader, header } = await openBackup(file);
  const back = new FilesBack(filesDir);
  await back.mustBeEmpty();
  try {
    const loaded = await loadDatabase(
      databaseUrl,
      { header, entries: reader.entries() },
      {
        onTable: (done) => onProgress?.(done),
        onFile: (name, content) => back.take(name, content),
        beforeCommit: () => back.finish(),
      },
    );
    return { header, ...loaded, files: back.files };
  } finally {
    await back.abandon();
  }
}

/** Reads a backup from end to end and holds it against its hashes, without a database. @throws BackupError */
export async function checkBackup(file: string): Promise<BackupReport> {
  const { reader, header } = await openBackup(file);
  const report: BackupReport = { header, tables: 0, rows: 0, files: 0 };
  for await (const { entry, content, end } of reader.entries()) {
    for await (const _ of content);
    if (entry.kind === 'file') report.files += 1;
    else report.tables += 1;
    report.rows += end().rows ?? 0;
  }
  return report;
}

async function openBackup(file: string): Promise<{ reader: ArchiveReader; header: Header }> {
  const { reader, header } = await ArchiveReader.open(file);
  const { format, version } = header as Partial<Header>;
  if (format !== 'duijie-backup' || version !== 1) throw damaged('it is no backup that this version can read');
  return { reader, header: header as Header };
}
