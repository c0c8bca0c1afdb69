import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { operation } from '../../http/operation.ts';
import { SearchRecords, SuggestSearches } from '../inputs.ts';
import { searchDemands, searchResults, suggestSearches } from '../service.ts';
import { FoundDemandsView, FoundResultsView, SuggestionsView } from '../views.ts';

export function findRoutes(fastify: FastifyInstance): void {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const description =
    'Records that have all the words come first; where there are few, records with some of them or with a title spelt alike follow. The index follows writes within seconds.';
  const search = { description, tag: 'search', access: 'public', input: { querystring: SearchRecords } } as const;

  app.get(
    '/search/demands',
    operation({ id: 'searchDemands', summary: 'Search published demands', ...search, output: FoundDemandsView }),
    (request) => searchDemands(request.ctx, request.query),
  );

  app.get(
    '/search/results',
    operation({ id: 'searchResults', summary: 'Search published results', ...search, output: FoundResultsView }),
    (request) => searchResults(request.ctx, request.query),
  );

  app.get(
    '/search/suggestions',
    operation({
      id: 'suggestSearches',
      summary: 'Suggest keywords and titles that begin as typed',
      description: 'From published records, the most used first. For every key that is pressed: it answers fast.',
      tag: 'search',
      access: 'public',
      input: { querystring: SuggestSearches },
      output: SuggestionsView,
    }),
    (request) => suggestSearches(request.ctx, request.query),
  );
}
