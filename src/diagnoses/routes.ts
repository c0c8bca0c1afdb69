import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { expectedVersion } from '../http/etag.ts';
import { bodyMayBeAbsent } from '../http/json-body.ts';
import { IdParams, operation } from '../http/operation.ts';
import { PageOf } from '../http/page.ts';
import { stepRoutes } from '../http/step-routes.ts';
import {
  AdviseOnDemand,
  CloseDiagnosis,
  DiagnosisExpert,
  DifferenceQuery,
  ListDiagnoses,
  OpenDiagnosis,
  ProposeVersion,
  RecordVisit,
  RefuseVersion,
  VersionParams,
} from './inputs.ts';
import {
  adviseOnDemand,
  assignExpert,
  closeDiagnosis,
  getDemandQuality,
  getDiagnosis,
  getDiagnosisDifference,
  getDiagnosisVersion,
  listDiagnoses,
  openDiagnosis,
  proposeVersion,
  recordVisit,
  refuseVersion,
  signVersion,
} from './service.ts';
import {
  AdviceView,
  DemandQualityView,
  DiagnosisSummary,
  DiagnosisVersionView,
  DiagnosisView,
  DifferenceView,
} from './views.ts';

const tag = 'diagnoses';
const read = { tag, access: 'signed-in', problems: [404] } as const;
const write = { tag, access: 'signed-in', scope: 'records:write' } as const;
const made = { ...write, output: DiagnosisView, problems: [404, 409, 412] } as const;

export async function diagnosisRoutes(fastify: FastifyInstance): Promise<void> {
  const app = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const steps = { tag, scope: write.scope, output: DiagnosisView };
  const step = stepRoutes(fastify, { ...steps, path: '/diagnoses/:id', params: IdParams });
  const versionStep = stepRoutes(fastify, { ...steps, path: '/diagnoses/:id/versions/:number', params: VersionParams });

  app.post(
    '/demands/advice',
    operation({
      id: 'adviseOnDemand',
      summary: 'Ask what the draft of a demand lacks',
      description:
        'Scores the draft as it stands (0–100) and says in its own language what to add, what gains most first. Nothing is saved. For members of enterprises and staff of markets.',
      ...write,
      idempotent: false,
      input: { body: AdviseOnDemand },
      output: AdviceView,
    }),
    (request) => adviseOnDemand(request.ctx, request.body),
  );

  app.get(
    '/demands/:id/quality',
    operation({
      id: 'getDemandQuality',
      summary: 'Read how well a demand is told',
      description:
        'As it stands now, and how the versions of its diagnoses scored. For its owner and for the brokers of its home market and of the markets above.',
      ...read,
      input: { params: IdParams },
      output: DemandQualityView,
    }),
    (request) => getDemandQuality(request.ctx, request.params.id),
  );

  app.post(
    '/demands/:id/diagnoses',
    {
      ...operation({
        id: 'openDiagnosis',
        summary: 'Open the diagnosis of a demand',
        description:
          'By staff of its home market or of one above. Keeps its words as version 0. A submitted demand goes into diagnosis; a published one stays published.',
        ...made,
        status: 201,
        input: { params: IdParams, body: OpenDiagnosis },
      }),
      preValidation: bodyMayBeAbsent,
    },
    async (request, reply) =>
      reply.code(201).send(await openDiagnosis(request.ctx, request.params.id, request.body ?? {})),
  );

  app.get(
    '/diagnoses',
    operation({
      id: 'listDiagnoses',
      summary: 'List diagnoses',
      description:
        "Newest first: of my enterprise's demands, for market staff of their territory's, for an expert those assigned.",
      tag,
      access: 'signed-in',
      input: { querystring: ListDiagnoses },
      output: PageOf(DiagnosisSummary),
    }),
    (request) => listDiagnoses(request.ctx, request.query),
  );

  app.get(
    '/diagnoses/:id',
    operation({
      id: 'getDiagnosis',
      summary: 'Read a diagnosis',
      ...read,
      input: { params: IdParams },
      output: DiagnosisView,
    }),
    (request) => getDiagnosis(request.ctx, request.params.id),
  );

  step(
    'assign-expert',
    {
      id: 'assignDiagnosisExpert',
      summary: 'Name the expert who diagnoses',
      description:
        'A member of a university who is named by userId sees this diagnosis and the public view of its demand, and may rewrite and record visits. An expert who is only named has no access.',
      body: DiagnosisExpert,
    },
    (ctx, { params, body, expectedVersion }) => assignExpert(ctx, { ...params, expectedVersion }, body),
  );

  app.post(
    '/diagnoses/:id/visits',
    operation({
      id: 'recordDiagnosisVisit',
      summary: 'Record a visit',
      ...made,
      status: 201,
      input: { params: IdParams, body: RecordVisit },
    }),
    async (request, reply) => reply.code(201).send(await recordVisit(request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/diagnoses/:id/versions',
    operation({
      id: 'proposeDiagnosisVersion',
      summary: 'Propose a rewriting',
      description:
        'By staff of the market or the expert, over the last version that was not refused; fields left out stay. A version that still waits for the enterprise is replaced.',
      ...made,
      status: 201,
      input: { params: IdParams, body: ProposeVersion },
    }),
    async (request, reply) => {
      const input = { id: request.params.id, expectedVersion: expectedVersion(request) };
      return reply.code(201).send(await proposeVersion(request.ctx, input, request.body));
    },
  );

  app.get(
    '/diagnoses/:id/versions/:number',
    operation({
      id: 'getDiagnosisVersion',
      summary: 'Read a version',
      ...read,
      input: { params: VersionParams },
      output: DiagnosisVersionView,
    }),
    (request) => getDiagnosisVersion(request.ctx, request.params),
  );

  app.get(
    '/diagnoses/:id/versions/:number/difference',
    operation({
      id: 'getDiagnosisDifference',
      summary: 'Read what a version changes',
      ...read,
      input: { params: VersionParams, querystring: DifferenceQuery },
      output: DifferenceView,
    }),
    (request) => getDiagnosisDifference(request.ctx, { ...request.params, against: request.query.against ?? 0 }),
  );

  versionStep(
    'sign',
    {
      id: 'signDiagnosisVersion',
      summary: 'Sign a rewriting',
      description:
        "By the enterprise. The version becomes the demand's content; a demand that is published is matched anew.",
    },
    (ctx, { params, expectedVersion }) => signVersion(ctx, { ...params, expectedVersion }),
  );
  versionStep(
    'refuse',
    { id: 'refuseDiagnosisVersion', summary: 'Give a rewriting back', body: RefuseVersion },
    (ctx, { params, body, expectedVersion }) => refuseVersion(ctx, { ...params, ...body, expectedVersion }),
  );
  step(
    'close',
    {
      id: 'closeDiagnosis',
      summary: 'Close a diagnosis with its route',
      description:
        'A demand in diagnosis is `submitted` again, for the broker to publish, return or reject. The route is noted.',
      body: CloseDiagnosis,
    },
    (ctx, { params, body, expectedVersion }) => closeDiagnosis(ctx, { ...params, expectedVersion }, body),
  );
}
