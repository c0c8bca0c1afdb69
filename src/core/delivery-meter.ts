export const deliveryOutcomes = ['sent', 'retried', 'dead'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** Counts what becomes of deliveries in this process; `src/metrics.ts` tells it. */
export interface DeliveryMeter {
  count(handler: string, outcome: DeliveryOutcome): void;
}
