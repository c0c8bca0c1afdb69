import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { nameSchemas } from './named-schemas.ts';
import { scopes } from './operation.ts';
import { Problem } from './problem.ts';

const tags = [
  { name: 'entry', description: 'Registration, sign-in, API keys, one’s own data' },
  { name: 'organizations', description: 'Enterprises, universities, and the tree of markets' },
  { name: 'credit', description: 'Credit restrictions of organizations (科研诚信)' },
  { name: 'demands', description: 'Technology demands (技术需求)' },
  { name: 'results', description: 'Research results (科技成果)' },
  { name: 'search', description: 'The two libraries' },
  { name: 'matches', description: 'Scored pairs of a demand and a result, with reasons' },
  { name: 'introductions', description: 'A broker brings the two parties together' },
  { name: 'projects', description: 'Joint projects (产学研)' },
  { name: 'contracts', description: 'Registration of technology contracts (技术合同认定登记)' },
  { name: 'diagnoses', description: 'How well a demand is told, and what a diagnosis makes of it (技术诊断)' },
  { name: 'campaigns', description: 'Bureaus and markets gather demands (征集)' },
  { name: 'desk', description: 'What the staff of a market has to do' },
  { name: 'experts', description: 'Experts and commissioners (科技特派员), and what they did' },
  { name: 'jobs', description: 'Work that takes longer than a request' },
  { name: 'exchange', description: 'Spreadsheets in and out' },
  { name: 'notifications', description: 'The inbox' },
  { name: 'webhooks', description: 'What an organization’s own programs are told (Standard Webhooks)' },
  { name: 'vocabularies', description: 'Controlled vocabularies' },
  { name: 'audit', description: 'Who did what to what' },
  { name: 'dead-letters', description: 'Deliveries that were given up' },
  { name: 'operations', description: 'For those who run it' },
];

/**
 * OpenAPI 3.1 from the routes, at /openapi.json and, for people, at /docs. Registered before the routes it describes.
 * @param webhooks what is posted to others, as OpenAPI describes it
 */
export async function useSwagger(
  app: FastifyInstance,
  publicUrl: string,
  webhooks: Record<string, object>,
): Promise<void> {
  app.addSchema(Problem);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Duijie 对接',
        version: '1.0.0',
        description:
          'A technology market: demands of enterprises meet results of universities, and staff of the market broker them into joint projects.',
        contact: { name: 'The Duijie maintainers', url: publicUrl },
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags,
      webhooks,
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: `A session token (POST /v1/sessions) or an API key with scopes: ${scopes.join(', ')}.`,
          },
        },
      },
    },
    transformObject: (built) => nameSchemas('openapiObject' in built ? built.openapiObject : built.swaggerObject),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, at) => (typeof json.$id === 'string' ? json.$id : `def-${at}`),
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
