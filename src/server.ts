import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { ensureAdministrator } from './auth/service.ts';
import type { Deps } from './deps.ts';
import { ensureRootMarket } from './organizations/service.ts';

/** Brings the platform to the state that every request relies on, then listens. The caller drains and closes. */
export async function startServer(deps: Deps): Promise<FastifyInstance> {
  const ctx = deps.ctxFor({ kind: 'system', name: 'start' });
  await ensureRootMarket(ctx);
  if (deps.config.administrator) await ensureAdministrator(ctx, deps.config.administrator);
  await deps.searchIndex.ensureIndexes();
  const app = await buildApp(deps);
  await app.listen({ port: deps.config.port, host: deps.config.host });
  return app;
}
