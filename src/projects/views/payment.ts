import { type Static, Type } from 'typebox';
import type { PaymentConfidentialRow, PaymentRow } from '../store.ts';
import { id, nullable } from './shared.ts';

/** All parties see what was paid; reference, note and reason are for payer, payee and the market's staff, null for others. */
export const PaymentView = Type.Object(
  {
    id,
    version: Type.Integer(),
    projectId: id,
    milestoneId: id,
    status: Type.Enum(['recorded', 'confirmed', 'disputed', 'withdrawn', 'released'], {
      description: 'Confirmed and released payments count as paid.',
    }),
    amountCny: Type.Integer({ description: 'Whole yuan.' }),
    paidOn: Type.String({ format: 'date' }),
    payerOrganizationId: id,
    payeeOrganizationId: Type.Union([id, Type.Null()], {
      description: 'Null of a payment that was released to several partners together.',
    }),
    reference: nullable.string,
    note: nullable.string,
    disputeReason: nullable.string,
    createdAt: Type.String({ format: 'date-time' }),
    decidedAt: nullable.time,
  },
  {
    examples: [
      {
        id: '0192f0c4-b000-7d46-8f06-8293a4b5c6d7',
        version: 1,
        projectId: '0192f0c4-a000-7c33-8e04-60718293a4b5',
        milestoneId: '0192f0c4-aa00-7d44-8f05-718293a4b5c6',
        status: 'recorded',
        amountCny: 200_000,
        paidOn: '2027-04-10',
        payerOrganizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
        payeeOrganizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
        reference: '20270410000123',
        note: null,
        disputeReason: null,
        createdAt: '2027-04-10T02:00:00.000Z',
        decidedAt: null,
      },
    ],
  },
);
export type PaymentView = Static<typeof PaymentView>;

export function toPaymentView(row: PaymentRow, confidential: PaymentConfidentialRow | undefined): PaymentView {
  return {
    id: row.id,
    version: row.version,
    projectId: row.projectId,
    milestoneId: row.milestoneId,
    status: row.status,
    amountCny: row.amountCny,
    paidOn: row.paidOn,
    payerOrganizationId: row.payerOrganizationId,
    payeeOrganizationId: row.payeeOrganizationId,
    reference: confidential?.reference ?? null,
    note: confidential?.note ?? null,
    disputeReason: confidential?.disputeReason ?? null,
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}
