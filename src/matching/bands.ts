import { type MoneyBand, moneyBands } from '../core/money.ts';
import type { Text } from '../core/text.ts';

const bandTexts: Record<MoneyBand, Text> = {
  under_100k: { zh: '10万元以下', en: 'under CNY 100,000' },
  '100k_500k': { zh: '10万至50万元', en: 'CNY 100,000 to 500,000' },
  '500k_1m': { zh: '50万至100万元', en: 'CNY 500,000 to 1 million' },
  '1m_5m': { zh: '100万至500万元', en: 'CNY 1 to 5 million' },
  '5m_10m': { zh: '500万至1000万元', en: 'CNY 5 to 10 million' },
  over_10m: { zh: '1000万元以上', en: 'over CNY 10 million' },
  negotiable: { zh: '面议', en: 'negotiable' },
};

export function bandText(band: MoneyBand): Text {
  return bandTexts[band];
}

/** How many bands the price lies above the budget (negative: below); null where either is open. */
export function bandsAbove(price: MoneyBand | null, budget: MoneyBand | null): number | null {
  const [priceIndex, budgetIndex] = [bandIndex(price), bandIndex(budget)];
  return priceIndex === null || budgetIndex === null ? null : priceIndex - budgetIndex;
}

/** The vocabulary lists its bands from low to high. */
function bandIndex(band: MoneyBand | null): number | null {
  return band === null || band === 'negotiable' ? null : moneyBands.indexOf(band);
}
