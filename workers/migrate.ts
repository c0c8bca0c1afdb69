import { migrateDatabase } from '../db/migrate.ts';
import { ConfigError } from '../src/config.ts';
import { runProcess } from './process.ts';

// Brings a configured database up to date without starting anything: for a deployment that migrates first.
await runProcess(async ({ config, log, end }) => {
  if (config.databaseUrl === null) {
    throw new ConfigError(
      'DATABASE_URL wants postgres://user:password@host:port/database: the embedded database is migrated at every start.\n迁移命令需要 DATABASE_URL；内置数据库在每次启动时自动迁移。',
    );
  }
  await migrateDatabase(config.databaseUrl);
  log.info({}, 'the database is up to date');
  end();
});
