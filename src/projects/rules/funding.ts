import { type InputFault, invalidState } from '../../core/errors.ts';
import type { ProjectStatus } from './states.ts';

/**
 * Divides whole yuan by shares, to the yuan: what rounding leaves goes to the largest remainders, the earlier first
 * (Hamilton's method), so that the parts add to the whole.
 * @returns zeros where all shares are zero
 */
export function allocate(totalCny: number, shares: readonly number[]): number[] {
  // In whole numbers: with fractions, sums of large budgets would be off by a yuan.
  const weights = shares.map((share) => BigInt(Math.round(share * 1e9)));
  const weight = weights.reduce((sum, each) => sum + each, 0n);
  if (weight === 0n) return shares.map(() => 0);
  const products = weights.map((each) => each * BigInt(totalCny));
  const parts = products.map((product) => Number(product / weight));
  const left = totalCny - parts.reduce((sum, part) => sum + part, 0);
  const byRemainder = products
    .map((product, at) => ({ at, remainder: product % weight }))
    .sort((a, b) => (a.remainder === b.remainder ? a.at - b.at : a.remainder < b.remainder ? 1 : -1));
  for (const { at } of byRemainder.slice(0, left)) parts[at] = (parts[at] ?? 0) + 1;
  return parts;
}

export type FundingMode = 'itemised' | 'lump_sum';

export interface BudgetItem {
  category: string;
  amountCny: number;
}

export interface Funding {
  budgetCny: number;
  fundingMode: FundingMode;
  budgetItems: readonly BudgetItem[];
}

/** Items belong to an itemised budget, each category once, and add to it. While a project forms there may be none yet. */
export function fundingFaults({ budgetCny, fundingMode, budgetItems }: Funding): InputFault[] {
  if (budgetItems.length === 0) return [];
  if (fundingMode === 'lump_sum') {
    const message = { zh: '包干制项目不列预算科目', en: 'a lump sum has no budget items' };
    return [{ pointer: '/budgetItems', code: 'funding-mode', message }];
  }
  const faults: InputFault[] = [];
  budgetItems.forEach(({ category }, at) => {
    if (budgetItems.findIndex((item) => item.category === category) === at) return;
    const message = { zh: '同一科目只能列一次', en: 'is listed twice' };
    faults.push({ pointer: `/budgetItems/${at}/category`, code: 'unique', message });
  });
  if (budgetItems.reduce((sum, item) => sum + item.amountCny, 0) !== budgetCny) {
    const message = { zh: '各科目金额之和应等于预算', en: 'the items must add to the budget' };
    faults.push({ pointer: '/budgetItems', code: 'sum', message });
  }
  return faults;
}

/** An itemised budget has its items before the project starts. @throws AppError INVALID_STATE */
export function requireItems(status: ProjectStatus, { fundingMode, budgetItems }: Omit<Funding, 'budgetCny'>): void {
  if (fundingMode === 'lump_sum' || budgetItems.length > 0) return;
  throw invalidState(status, {
    zh: '按科目预算的项目须先列出预算科目（budgetItems）。',
    en: 'An itemised budget needs its items first (budgetItems).',
  });
}
