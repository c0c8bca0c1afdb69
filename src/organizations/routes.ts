import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { expectedVersion, requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
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

  app.post(
    '/organizations/:id/verify',
    operation({
      id: 'verifyOrganization',
      summary: 'Verify an organization',
      ...write,
      input: { params: IdParams },
      output: OrganizationView,
      problems: [404, 409, 412],
    }),
    (request) => verifyOrganization(request.ctx, request.params.id, expectedVersion(request)),
  );

  app.post(
    '/organizations/:id/suspend',
    operation({
      id: 'suspendOrganization',
      summary: 'Suspend an organization',
      ...write,
      input: { params: IdParams, body: SuspendOrganization },
      output: OrganizationView,
      problems: [404, 409, 412],
    }),
    (request) => suspendOrganization(request.ctx, request.params.id, request.body.reason, expectedVersion(request)),
  );

  app.post(
    '/organizations/:id/reinstate',
    operation({
      id: 'reinstateOrganization',
      summary: 'Lift a suspension',
      ...write,
      input: { params: IdParams },
      output: OrganizationView,
      problems: [404, 409, 412],
    }),
    (request) => reinstateOrganization(request.ctx, request.params.id, expectedVersion(request)),
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
