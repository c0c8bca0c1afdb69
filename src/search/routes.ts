import type { FastifyInstance } from 'fastify';
import { parkedRoutes } from './routes/parked.ts';
import { savedSearchRoutes } from './routes/saved-searches.ts';
import { findRoutes } from './routes/search.ts';

export async function searchRoutes(app: FastifyInstance): Promise<void> {
  findRoutes(app);
  savedSearchRoutes(app);
  parkedRoutes(app);
}
