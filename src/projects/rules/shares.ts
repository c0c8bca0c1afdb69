/** Whether shares in percent are a whole, to two decimals: three times 33.3333 is. */
export function addsToWhole(shares: readonly number[]): boolean {
  return Math.round(shares.reduce((sum, share) => sum + share, 0) * 100) === 10_000;
}
