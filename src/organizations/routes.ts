import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import {
  AddTier,
  CreateGovernment,
  CreateMarket,
  ListOrganizations,
  SuspendOrganization,
  UpdateOrganization,
} from './inputs.ts';
import {
  addTier,
  createGovernment,
  createMarket,
  getOrganization,
  listMarkets,
  listOrganizations,
  reinstateOrganization,
  revokeTier,
  suspendOrganization,
  updateOrganization,
  verifyOrganization,
} from './service.ts';
import { MarketTreeView, MarketView, OrganizationView, TierView } from './views.ts';

export async function organizationRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const tag = 'organizations';
  const write = { tag, access: 'signed-in', scope: 'organizations:write' } as const;
  const step = stepRoutes(fastify, {
    tag,
    scope: write.scope,
    path: '/organizations/:id',
    params: IdParams,
    output: OrganizationView,
  });

  app.get(
    '/markets',
    operation({
      id: 'listMarkets',
      summary: 'Read the tree of markets',
      tag,
      access: 'public',
      output: MarketTreeView,
    }),
    (request) => listMarkets(request.ctx),
  );

  app.post(
    '/markets',
    operation({
      id: 'createMarket',
      summary: 'Put a market into the tree',
      ...write,
      input: { body: CreateMarket },
      status: 201,
      output: MarketView,
      problems: [409],
    }),
    async (request, reply) => reply.code(201).send(await createMarket(request.ctx, request.body)),
  );

  app.get(
    '/organizations',
    operation({
      id: 'listOrganizations',
      summary: 'List organizations',
      tag,
      access: 'public',
      input: { querystring: ListOrganizations },
      output: PageOf(OrganizationView),
      problems: [403],
    }),
    (request) => listOrganizations(request.ctx, request.query),
  );

  app.post(
    '/organizations',
    operation({
      id: 'createOrganization',
      summary: 'Create a government office or a peer market',
      description: 'Enterprises and universities register themselves: POST /v1/registrations.',
      ...write,
      input: { body: CreateGovernment },
      status: 201,
      output: OrganizationView,
      problems: [409],
    }),
    async (request, reply) => reply.code(201).send(await createGovernment(request.ctx, request.body)),
  );

  app.get(
    '/organizations/:id',
    operation({
      id: 'getOrganization',
      summary: 'Read an organization',
      tag,
      access: 'public',
      input: { params: IdParams },
      output: OrganizationView,
      problems: [404],
    }),
    (request) => getOrganization(request.ctx, request.params.id),
  );

  app.patch(
    '/organizations/:id',
    operation({
      id: 'updateOrganization',
      summary: "Change an organization's profile",
      ...write,
      input: { params: IdParams, body: UpdateOrganization },
      output: OrganizationView,
      problems: [404, 412, 428],
    }),
    (request) => updateOrganization(request.ctx, request.params.id, request.body, requiredVersion(request)),
  );

  step(
    'verify',
    { id: 'verifyOrganization', summary: 'Verify an organization' },
    (ctx, { params: { id }, expectedVersion }) => verifyOrganization(ctx, id, expectedVersion),
  );
  step(
    'suspend',
    { id: 'suspendOrganization', summary: 'Suspend an organization', body: SuspendOrganization },
    (ctx, { params: { id }, body, expectedVersion }) => suspendOrganization(ctx, id, body.reason, expectedVersion),
  );
  step(
    'reinstate',
    { id: 'reinstateOrganization', summary: 'Lift a suspension' },
    (ctx, { params: { id }, expectedVersion }) => reinstateOrganization(ctx, id, expectedVersion),
  );

  app.post(
    '/organizations/:id/tiers',
    operation({
      id: 'addTier',
      summary: 'Record a dated certificate',
      ...write,
      input: { params: IdParams, body: AddTier },
      status: 201,
      output: TierView,
      problems: [404],
    }),
    async (request, reply) => reply.code(201).send(await addTier(request.ctx, request.params.id, request.body)),
  );

  app.delete(
    '/organizations/:id/tiers/:tierId',
    operation({
      id: 'revokeTier',
      summary: 'Revoke a certificate',
      ...write,
      input: { params: Type.Object({ ...IdParams.properties, tierId: Type.String({ format: 'uuid' }) }) },
      status: 204,
      output: Type.Null(),
      problems: [404],
    }),
    async (request, reply) => {
      await revokeTier(request.ctx, request.params.id, request.params.tierId);
      return reply.code(204).send();
    },
  );
}
