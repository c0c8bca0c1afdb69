import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { operation } from '../http/operation.ts';
import { SaveTerm, VocabularyName } from './inputs.ts';
import { getVocabulary, saveTerm } from './service.ts';
import { TermView, VocabularyView } from './views.ts';

export async function vocabularyRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/vocabularies/:name',
    operation({
      id: 'getVocabulary',
      summary: 'Read a controlled vocabulary',
      description:
        'In display order, parents before children. In a crosswalk a code leads to its parent, which is of another vocabulary: field-crosswalk from a technology field to the contract field, contract-field-crosswalk back, field-industry-crosswalk from a technology field to the industry (GB/T 4754), industry-field-crosswalk back. They are proposals of this project, not published tables.',
      tag: 'vocabularies',
      access: 'public',
      input: {
        params: Type.Object({ name: VocabularyName }),
        querystring: Type.Object(
          { parentCode: Type.Optional(Type.String({ maxLength: 40 })) },
          { additionalProperties: false },
        ),
      },
      output: VocabularyView,
    }),
    (request) => getVocabulary(request.ctx, request.params.name, request.query.parentCode),
  );

  app.put(
    '/vocabularies/:name/terms/:code',
    operation({
      id: 'saveTerm',
      summary: 'Add or reword a term of a vocabulary',
      description:
        'For the platform administrator, e.g. to add a functional zone to the regions. Retired terms stay on old records and cannot be used on new ones.',
      tag: 'vocabularies',
      access: 'signed-in',
      scope: null,
      input: {
        params: Type.Object({ name: VocabularyName, code: Type.String({ minLength: 1, maxLength: 40 }) }),
        body: SaveTerm,
      },
      output: TermView,
    }),
    (request) => saveTerm(request.ctx, { ...request.body, ...request.params }),
  );
}
