/**
 * A GB/T 2260 code and the codes above it, nearest first: 640302 -> [640302, 640300, 640000].
 * Two digits name the province, two the city, two the county.
 */
export function regionChain(code: string): string[] {
  const chain = [code, `${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`];
  return [...new Set(chain)];
}

/** The digits that every code inside a region starts with: 640000 -> "64", 640300 -> "6403". */
export function regionPrefix(code: string): string {
  return code.replace(/(00){1,2}$/, '');
}
