import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { IdParams, operation } from '../../http/operation.ts';
import { PageOf } from '../../http/page.ts';
import { CreateSavedSearch } from '../inputs.ts';
import { deleteSavedSearch, getSavedSearch, listSavedSearches, saveSearch } from '../service.ts';
import { SavedSearchView } from '../views.ts';

/** To be told of is what a person asks for; a machine searches. */
const write = { tag: 'search', access: 'signed-in', scope: null } as const;
const read = { tag: 'search', access: 'signed-in' } as const;

export function savedSearchRoutes(plainApp: FastifyInstance): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/saved-searches',
    operation({ id: 'listSavedSearches', summary: 'List my saved searches', ...read, output: PageOf(SavedSearchView) }),
    (request) => listSavedSearches(request.ctx),
  );
  app.post(
    '/saved-searches',
    operation({
      id: 'saveSearch',
      summary: 'Save a search and hear of what is published for it',
      description:
        'Once a day at most, a notice `search.matched` tells how many records that have all the words and meet the filters were published since. Records of my own organization do not count.',
      ...write,
      input: { body: CreateSavedSearch },
      status: 201,
      output: SavedSearchView,
      problems: [409],
    }),
    async (request, reply) => reply.code(201).send(await saveSearch(request.ctx, request.body)),
  );
  app.get(
    '/saved-searches/:id',
    operation({
      id: 'getSavedSearch',
      summary: 'Read a saved search',
      ...read,
      input: { params: IdParams },
      output: SavedSearchView,
      problems: [404],
    }),
    (request) => getSavedSearch(request.ctx, request.params.id),
  );
  app.delete(
    '/saved-searches/:id',
    operation({
      id: 'deleteSavedSearch',
      summary: 'Delete a saved search',
      ...write,
      input: { params: IdParams },
      status: 204,
      output: Type.Null(),
      problems: [404],
    }),
    async (request, reply) => {
      await deleteSavedSearch(request.ctx, request.params.id);
      return reply.code(204).send();
    },
  );
}
