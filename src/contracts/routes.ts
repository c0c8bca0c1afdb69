import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { requiredVersion } from '../http/etag.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import { sendTable } from '../http/table-download.ts';
import { ContractReason, CreateContract, ExportContract, ListContracts, UpdateContract } from './inputs.ts';
import { formResponse } from './routes/export.ts';
import {
  approveContract,
  createContract,
  exportContract,
  getContract,
  listContracts,
  returnContract,
  revokeContract,
  submitContract,
  updateContract,
  withdrawContract,
} from './service.ts';
import { ContractView } from './views.ts';

const tag = 'contracts';
const read = { tag, access: 'signed-in' } as const;
const write = { tag, access: 'signed-in', scope: 'projects:write' } as const;

export async function contractRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const step = stepRoutes(fastify, {
    tag,
    scope: 'projects:write',
    path: '/contracts/:id',
    params: IdParams,
    output: ContractView,
  });

  app.post(
    '/contracts',
    operation({
      id: 'createContract',
      summary: 'Draft the contract of a project',
      description:
        'By one of its two sides. The form is filled in from the project, its demand and result and the two organizations; `missing` names what is left to type.',
      ...write,
      input: { body: CreateContract },
      status: 201,
      output: ContractView,
      problems: [404, 409],
    }),
    async (request, reply) => reply.code(201).send(await createContract(request.ctx, request.body)),
  );

  app.get(
    '/contracts',
    operation({
      id: 'listContracts',
      summary: 'List contracts',
      description:
        "Newest first: those of my organization, for market staff those of their territory, for a bureau's officer those registered with a side in its region.",
      ...read,
      input: { querystring: ListContracts },
      output: PageOf(ContractView),
    }),
    (request) => listContracts(request.ctx, request.query),
  );

  app.get(
    '/contracts/:id/export',
    operation({
      id: 'exportContract',
      summary: 'Export a contract as registration form',
      ...read,
      input: { params: IdParams, querystring: ExportContract },
      output: formResponse,
      problems: [404],
    }),
    async (request, reply) => {
      const { format = 'xlsx' } = request.query;
      const { code, content } = await exportContract(request.ctx, request.params.id, format);
      return sendTable(reply, code, format, content);
    },
  );

  app.get(
    '/contracts/:id',
    operation({
      id: 'getContract',
      summary: 'Read a contract',
      ...read,
      input: { params: IdParams },
      output: ContractView,
      problems: [404],
    }),
    (request) => getContract(request.ctx, request.params.id),
  );

  app.patch(
    '/contracts/:id',
    operation({
      id: 'updateContract',
      summary: 'Fill in the form of a contract',
      description: 'By either side, while it is a draft or was returned.',
      ...write,
      input: { params: IdParams, body: UpdateContract },
      output: ContractView,
      problems: [404, 409, 412, 428],
    }),
    (request) => updateContract(request.ctx, request.params.id, request.body, requiredVersion(request)),
  );

  step('submit', { id: 'submitContract', summary: 'Submit a contract' }, (ctx, { params, expectedVersion }) =>
    submitContract(ctx, { ...params, expectedVersion }),
  );
  step(
    'approve',
    {
      id: 'approveContract',
      summary: 'Approve a submitted contract',
      description:
        "By staff of the project's market or of one above it. The approval that suffices registers the contract and gives it its number; from 5,000,000 CNY on that is the second, by another person.",
    },
    (ctx, { params, expectedVersion }) => approveContract(ctx, { ...params, expectedVersion }),
  );
  step(
    'return',
    {
      id: 'returnContract',
      summary: 'Give a submitted contract back',
      description: 'The approvals that it has do not count for the next submission.',
      body: ContractReason,
    },
    (ctx, { params, body, expectedVersion }) => returnContract(ctx, { ...params, ...body, expectedVersion }),
  );
  step(
    'withdraw',
    { id: 'withdrawContract', summary: 'Drop a draft or a returned contract' },
    (ctx, { params, expectedVersion }) => withdrawContract(ctx, { ...params, expectedVersion }),
  );
  step(
    'revoke',
    {
      id: 'revokeContract',
      summary: 'Revoke a registration',
      description: 'By a director of the market or of one above it.',
      body: ContractReason,
    },
    (ctx, { params, body, expectedVersion }) => revokeContract(ctx, { ...params, ...body, expectedVersion }),
  );
}
