import { readFile, stat, symlink, unlink } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError, systemCode } from './errors.ts';

interface LibraryLink {
  source: string;
  target: string;
}

/**
 * npm packages cannot carry symbolic links, so the platform package lists its library links in `native/pg-symlinks.json` and
 * makes them in an install script. Install scripts do not run here: the links are made at every start. Creating a link that
 * another process has just created is not an error, so any number of processes may do this at once.
 */
export async function makeLibraryLinks(packageDir: string): Promise<void> {
  for (const link of await readLinkList(packageDir)) {
    const linkPath = path.join(packageDir, link.target);
    if (await exists(linkPath)) continue;
    const source = path.relative(path.dirname(link.target), link.source);
    try {
      await makeLink(source, linkPath);
    } catch (error) {
      throw new EmbeddedPostgresError(
        {
          en: `The library link ${linkPath} of the embedded PostgreSQL is missing and cannot be made (${systemCode(error)}). Make the directory ${path.dirname(linkPath)} writable for one start, or set DATABASE_URL to a PostgreSQL server of your own.`,
          zh: `内置 PostgreSQL 的库链接 ${linkPath} 缺失且无法创建(${systemCode(error)})。请让目录 ${path.dirname(linkPath)} 在一次启动期间可写,或将 DATABASE_URL 设为自有的 PostgreSQL 服务器。`,
        },
        { cause: error },
      );
    }
  }
}

async function readLinkList(packageDir: string): Promise<LibraryLink[]> {
  try {
    return JSON.parse(await readFile(path.join(packageDir, 'native', 'pg-symlinks.json'), 'utf8')) as LibraryLink[];
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function makeLink(source: string, linkPath: string): Promise<void> {
  try {
    await symlink(source, linkPath);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    if (await exists(linkPath)) return;
    // A link that leads nowhere, left by an older version of the package.
    await unlink(linkPath);
    await symlink(source, linkPath);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
