import type { FastifyInstance } from 'fastify';
import { type AppParts, buildApp } from './app.ts';
import { ensureAdministrator } from './auth/service.ts';
import { ConfigError } from './config.ts';
import type { Deps } from './deps.ts';
import { ensureRootMarket } from './organizations/service.ts';

/** Brings the platform to the state that every request relies on, then listens. The caller drains and closes. */
export async function startServer(deps: Deps, parts: AppParts = {}): Promise<FastifyInstance> {
  const ctx = deps.ctxFor({ kind: 'system', name: 'start' });
  await ensureRootMarket(ctx);
  if (deps.config.administrator) await ensureAdministrator(ctx, deps.config.administrator);
  await deps.searchIndex.ensureIndexes();
  const app = await buildApp(deps, parts);
  const { port, host } = deps.config;
  await app.listen({ port, host }).catch((error: unknown) => {
    throw listenError(error, host, port);
  });
  return app;
}

/** What the operator must change; any other error as it is. */
function listenError(error: unknown, host: string, port: number): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new ConfigError(
        `PORT ${port} is in use: set PORT to another one, or PORT=0 for any that is free.\n端口 ${port} 已被占用：请将 PORT 设为其他端口。`,
      );
    case 'EACCES':
      return new ConfigError(
        `PORT ${port} may not be opened by this user: set PORT to one from 1024.\n当前用户无权使用端口 ${port}：请将 PORT 设为 1024 以上的端口。`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return new ConfigError(
        `HOST ${host} is no address of this machine: set HOST to one, e.g. localhost, or 0.0.0.0 for all.\n${host} 不是本机地址：请将 HOST 设为本机地址，例如 localhost 或 0.0.0.0。`,
      );
    default:
      return error;
  }
}
