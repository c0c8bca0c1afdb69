/** Public bands of an amount of money: what a stranger may know of a budget or a price. */
export const moneyBands = ['under_100k', '100k_500k', '500k_1m', '1m_5m', '5m_10m', 'over_10m', 'negotiable'] as const;

export type MoneyBand = (typeof moneyBands)[number];

/** A band as a row keeps it. */
export function moneyBandIn(code: string | null): MoneyBand | null {
  return moneyBands.find((band) => band === code) ?? null;
}

export interface MoneyRange {
  /** Whole yuan (CNY). */
  minCny: number | null;
  maxCny: number | null;
  negotiable: boolean;
}

/** The band of the upper end, or of the lower where no upper end is given; `negotiable` where neither is. */
export function bandOf(range: MoneyRange | null): MoneyBand | null {
  if (range === null) return null;
  const amountCny = range.maxCny ?? range.minCny;
  if (amountCny === null) return 'negotiable';
  if (amountCny < 100_000) return 'under_100k';
  if (amountCny < 500_000) return '100k_500k';
  if (amountCny < 1_000_000) return '500k_1m';
  if (amountCny < 5_000_000) return '1m_5m';
  if (amountCny <= 10_000_000) return '5m_10m';
  return 'over_10m';
}
