import { invalidInput } from '../../core/errors.ts';
import type { Tx } from '../../core/transaction.ts';
import { territoryOf } from '../../organizations/service.ts';
import { listMembershipsOf } from '../store.ts';

/**
 * Whether a person is today a broker or director of the market or of one above it.
 * @throws AppError INVALID_INPUT at /userId for anybody else, known or not
 */
export async function requireBrokerFor(tx: Tx, userId: string, marketId: string): Promise<void> {
  for (const { member } of await listMembershipsOf(tx, userId)) {
    const brokers = member.removedAt === null && (member.role === 'broker' || member.role === 'director');
    if (brokers && (await territoryOf(tx, member.organizationId)).includes(marketId)) return;
  }
  throw invalidInput({
    pointer: '/userId',
    code: 'staff',
    message: {
      zh: '应为该市场或其上级市场的经纪人或主任',
      en: 'must be a broker or director of the market or of one above it',
    },
  });
}
