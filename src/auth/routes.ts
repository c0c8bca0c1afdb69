import type { FastifyInstance } from 'fastify';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { entryRoutes } from './routes/entry.ts';
import type { AuthRouteOptions } from './routes/limited.ts';
import { mailRoutes } from './routes/mails.ts';
import { meRoutes } from './routes/me.ts';
import { memberRoutes } from './routes/members.ts';

export async function authRoutes(app: FastifyInstance, options: AuthRouteOptions): Promise<void> {
  entryRoutes(app, options);
  mailRoutes(app, options);
  meRoutes(app, options);
  apiKeyRoutes(app);
  memberRoutes(app, options);
}
