import { Type } from 'typebox';
import { IdParams } from '../../http/operation.ts';
import type { MilestoneRef } from '../service.ts';

const tag = 'projects';
export const read = { tag, access: 'signed-in' } as const;
export const write = { tag, access: 'signed-in', scope: 'projects:write' } as const;

export const MilestoneParams = Type.Object({ ...IdParams.properties, milestoneId: Type.String({ format: 'uuid' }) });

export function milestoneRef(params: { id: string; milestoneId: string }, version: number | null): MilestoneRef {
  return { projectId: params.id, milestoneId: params.milestoneId, expectedVersion: version };
}
