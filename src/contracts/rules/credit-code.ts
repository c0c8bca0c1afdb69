/** Digits and letters of GB 32100-2015 in the order of their values; I, O, S, V and Z are left out. */
const digits = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/**
 * Whether the 18th character of a unified social credit code fits the others: GB 32100-2015, 5.4, after ISO 7064:
 * weights 3^(i-1) mod 31, check = 31 - (sum mod 31).
 */
export function isCreditCode(code: string): boolean {
  if (code.length !== 18) return false;
  let sum = 0;
  let weight = 1;
  for (const character of code.slice(0, 17)) {
    const value = digits.indexOf(character);
    if (value < 0) return false;
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return digits[(31 - (sum % 31)) % 31] === code[17];
}
