import type { FastifyInstance } from 'fastify';
import { type RecordOptions, recordRoutes } from '../records/routes.ts';
import { CreateDemand, UpdateDemand } from './inputs.ts';
import {
  assignDemand,
  closeDemand,
  createDemand,
  getDemand,
  getDemandHistory,
  listDemands,
  publishDemand,
  rejectDemand,
  renewDemand,
  returnDemand,
  submitDemand,
  updateDemand,
  withdrawDemand,
} from './service.ts';
import { CheckedDemandView, DemandView, OwnerDemandView, PublicDemandView } from './views.ts';

export async function demandRoutes(fastify: FastifyInstance, options: RecordOptions): Promise<void> {
  recordRoutes(
    fastify,
    {
      noun: 'demand',
      inputs: { create: CreateDemand, update: UpdateDemand },
      views: { any: DemandView, owner: OwnerDemandView, public: PublicDemandView, checked: CheckedDemandView },
      verbs: {
        list: listDemands,
        create: createDemand,
        get: getDemand,
        update: updateDemand,
        history: getDemandHistory,
        submit: submitDemand,
        assign: assignDemand,
        publish: publishDemand,
        return: returnDemand,
        reject: rejectDemand,
        withdraw: withdrawDemand,
        close: closeDemand,
        renew: renewDemand,
      },
    },
    options,
  );
}
