import { listActiveMembers } from '../../auth/service.ts';
import type { Ctx } from '../../core/ctx.ts';
import { type InputFault, invalidInput } from '../../core/errors.ts';
import type { Tx } from '../../core/transaction.ts';
import { getResultRows, isResultPublic } from '../../results/service.ts';
import { type TermUse, termFaults } from '../../vocabularies/service.ts';
import type { UpdateExpert } from '../inputs.ts';
import { periodFaults } from '../rules.ts';
import type { ExpertRow } from '../store.ts';

/** What is wrong, beyond their schema, with each of many profiles of one university. */
export async function profileFaultsOf(
  tx: Tx,
  ctx: Ctx,
  organizationId: string,
  inputs: readonly UpdateExpert[],
  before: ExpertRow | null = null,
): Promise<InputFault[][]> {
  const now = ctx.clock.now();
  const results = await getResultRows(tx, [...new Set(inputs.flatMap(({ resultIds = [] }) => resultIds))]);
  const usable = results.filter((row) => row.organizationId === organizationId && isResultPublic(row, now));
  const resultIds = new Set(usable.map((row) => row.id));
  const namesMembers = inputs.some(({ userId }) => userId != null);
  const members = namesMembers ? await listActiveMembers(tx, [organizationId]) : [];
  const userIds = new Set(members.map(({ userId }) => userId));
  const terms = await termFaults(tx, inputs.map(termsOf));
  return inputs.map((input, at) => [
    ...periodFaults({
      availableFrom: input.availableFrom === undefined ? before?.availableFrom : input.availableFrom,
      availableUntil: input.availableUntil === undefined ? before?.availableUntil : input.availableUntil,
    }),
    ...(input.resultIds ?? []).flatMap((id, place) =>
      resultIds.has(id) ? [] : [{ pointer: `/resultIds/${place}`, code: 'result', message: noResult }],
    ),
    ...(input.userId == null || userIds.has(input.userId)
      ? []
      : [{ pointer: '/userId', code: 'member', message: noMember }]),
    ...(terms[at] ?? []),
  ]);
}

/** @throws AppError INVALID_INPUT */
export async function checkProfile(
  tx: Tx,
  ctx: Ctx,
  organizationId: string,
  input: UpdateExpert,
  before: ExpertRow | null = null,
): Promise<void> {
  const [faults = []] = await profileFaultsOf(tx, ctx, organizationId, [input], before);
  if (faults.length > 0) throw invalidInput(...faults);
}

function termsOf({ technologyFields = [], servedRegions = [] }: UpdateExpert): TermUse[] {
  return [
    ...technologyFields.map((code, at) => ({
      vocabulary: 'technology-fields' as const,
      code,
      pointer: `/technologyFields/${at}`,
    })),
    ...servedRegions.map((code, at) => ({ vocabulary: 'regions' as const, code, pointer: `/servedRegions/${at}` })),
  ];
}

const noResult = { zh: '本单位没有这项已发布的成果', en: 'there is no such published result of the university' };
const noMember = { zh: '本单位没有这名成员', en: 'the university has no such member' };
