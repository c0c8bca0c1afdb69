export type FilterToken =
  | { kind: 'word'; text: string; at: number }
  | { kind: 'quoted'; text: string; at: number }
  | { kind: 'symbol'; text: string; at: number }
  | { kind: 'end'; text: ''; at: number };

export class FilterSyntaxError extends Error {}

const symbols = ['!=', '>=', '<=', '=', '>', '<', '(', ')', '[', ']', ','];
const wordCharacters = /[\p{Alphabetic}\p{N}_\-.]/u;

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'", '0': '\0' };

/** After the quote's own escape is taken off, the value is read as a C string; a backslash that escapes nothing is an error. */
function unescaped(raw: string, at: number): string {
  return raw.replaceAll(/\\(u\{[0-9a-f]+\}|x[0-9a-f]{2}|[\s\S]?)/giu, (_all, escaped: string) => {
    if (/^u\{/u.test(escaped)) return String.fromCodePoint(Number.parseInt(escaped.slice(2, -1), 16));
    if (/^x./u.test(escaped)) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    const meant = escapes[escaped];
    if (meant === undefined) throw new FilterSyntaxError(`Invalid escape sequence \`\\${escaped}\`. At ${at}.`);
    return meant;
  });
}

export function filterTokens(filter: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < filter.length) {
    const character = filter[at] as string;
    if (/\s/u.test(character)) {
      at += 1;
      continue;
    }
    if (character === '"' || character === "'") {
      let end = at + 1;
      while (end < filter.length && filter[end] !== character) end += filter[end] === '\\' ? 2 : 1;
      if (end >= filter.length)
        throw new FilterSyntaxError(
          `Expression \`${filter.slice(at)}\` is missing the following closing delimiter: \`${character}\`.`,
        );
      tokens.push({ kind: 'quoted', text: unescaped(filter.slice(at + 1, end), at), at });
      at = end + 1;
      continue;
    }
    const symbol = symbols.find((one) => filter.startsWith(one, at));
    if (symbol !== undefined) {
      tokens.push({ kind: 'symbol', text: symbol, at });
      at += symbol.length;
      continue;
    }
    let end = at;
    for (const one of filter.slice(at)) {
      if (!wordCharacters.test(one)) break;
      end += one.length;
    }
    if (end === at)
      throw new FilterSyntaxError(`Found unexpected characters at the end of the filter: \`${filter.slice(at)}\`.`);
    tokens.push({ kind: 'word', text: filter.slice(at, end), at });
    at = end;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}
