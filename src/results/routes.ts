import type { FastifyInstance } from 'fastify';
import { type RecordOptions, recordRoutes } from '../records/routes.ts';
import { CreateResult, UpdateResult } from './inputs.ts';
import {
  assignResult,
  closeResult,
  createResult,
  getResult,
  getResultHistory,
  listResults,
  publishResult,
  rejectResult,
  renewResult,
  returnResult,
  submitResult,
  updateResult,
  withdrawResult,
} from './service.ts';
import { CheckedResultView, OwnerResultView, PublicResultView, ResultView } from './views.ts';

export async function resultRoutes(fastify: FastifyInstance, options: RecordOptions): Promise<void> {
  recordRoutes(
    fastify,
    {
      noun: 'result',
      inputs: { create: CreateResult, update: UpdateResult },
      views: { any: ResultView, owner: OwnerResultView, public: PublicResultView, checked: CheckedResultView },
      verbs: {
        list: listResults,
        create: createResult,
        get: getResult,
        update: updateResult,
        history: getResultHistory,
        submit: submitResult,
        assign: assignResult,
        publish: publishResult,
        return: returnResult,
        reject: rejectResult,
        withdraw: withdrawResult,
        close: closeResult,
        renew: renewResult,
      },
    },
    options,
  );
}
