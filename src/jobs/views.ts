import { type Static, Type } from 'typebox';
import { jobStatuses } from '../../db/schema/index.ts';
import type { JobRow } from './store.ts';

const Id = Type.String({ format: 'uuid' });
const Moment = Type.String({ format: 'date-time' });
const MomentOrNull = Type.Union([Moment, Type.Null()]);

export const JobStatus = Type.Enum([...jobStatuses]);
export type JobStatus = Static<typeof JobStatus>;

export const jobExample = {
  id: '0192f0c4-9d00-7f11-8a01-2b3c4d5e6f70',
  version: 7,
  kind: 'match_refresh',
  status: 'running',
  marketId: '0192f0c4-1a00-7b21-9c01-2b3c4d5e6f70',
  requestedByUserId: '0192f0c4-1b00-7b21-9c01-2b3c4d5e6f71',
  progress: { done: 120, total: 2_400 },
  result: { suggested: 14, superseded: 9, deferred: 0 },
  problem: null,
  createdAt: '2026-11-22T02:00:00.000Z',
  startedAt: '2026-11-22T02:00:00.150Z',
  finishedAt: null,
};

export const JobView = Type.Object(
  {
    id: Id,
    version: Type.Integer(),
    kind: Type.Enum(['match_refresh', 'import']),
    status: JobStatus,
    marketId: Type.String({ format: 'uuid', description: 'The work is about this market and all below it.' }),
    requestedByUserId: Id,
    progress: Type.Object(
      { done: Type.Integer(), total: Type.Integer() },
      { description: 'In records; `total` as counted at the start, and at the end what there was.' },
    ),
    result: Type.Record(Type.String(), Type.Integer(), { description: 'What it came to so far, counted.' }),
    problem: Type.Union(
      [
        Type.Object({ code: Type.String(), detail: Type.Object({ zh: Type.String(), en: Type.String() }) }),
        Type.Null(),
      ],
      { description: 'Why it failed.' },
    ),
    createdAt: Moment,
    startedAt: MomentOrNull,
    finishedAt: MomentOrNull,
  },
  { title: 'Job', examples: [jobExample] },
);
export type JobView = Static<typeof JobView>;

export function toJobView(row: JobRow): JobView {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    status: row.status,
    marketId: row.marketId,
    requestedByUserId: row.requestedByUserId,
    progress: { done: row.progressDone, total: row.progressTotal },
    result: row.result,
    problem: row.problem,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
