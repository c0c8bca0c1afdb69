import { MeilisearchError, NotEmulated } from './errors.ts';
import { FilterSyntaxError, type FilterToken, filterTokens } from './filter-tokens.ts';
import type { Json } from './json.ts';

export type Comparison = '=' | '!=' | '>' | '>=' | '<' | '<=';

export type FilterTest =
  | { kind: 'compare'; with: Comparison; value: string }
  | { kind: 'in'; values: string[] }
  | { kind: 'between'; from: string; to: string }
  | { kind: 'starts'; value: string }
  | { kind: 'exists' | 'null' | 'empty' };

export type Filter =
  | { op: 'and'; parts: Filter[] }
  | { op: 'or'; parts: Filter[] }
  | { op: 'not'; part: Filter }
  | { op: 'test'; field: string; test: FilterTest };

/** Nested parentheses and NOTs that the server's parser goes down before it gives up. */
const maxDepth = 150;

const reserved = new Set([
  'AND',
  'OR',
  'IN',
  'NOT',
  'TO',
  'EXISTS',
  'IS',
  'NULL',
  'EMPTY',
  'CONTAINS',
  'STARTS',
  'WITH',
]);

const comparisons: readonly string[] = ['=', '!=', '>', '>=', '<', '<='];

class FilterParser {
  readonly #tokens: FilterToken[];
  #next = 0;
  #depth = 0;

  constructor(source: string) {
    this.#tokens = filterTokens(source);
  }

  parse(): Filter {
    const filter = this.#or();
    const left = this.#peek();
    if (left.kind !== 'end')
      throw new FilterSyntaxError(`Found unexpected characters at the end of the filter: \`${left.text}\`.`);
    return filter;
  }

  #peek(): FilterToken {
    return this.#tokens[this.#next] as FilterToken;
  }

  /** Takes the keyword or symbol if it is next; keywords are upper case and never quoted. */
  #take(text: string): boolean {
    const token = this.#peek();
    if (token.kind === 'quoted' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string, why: string): void {
    if (!this.#take(text)) throw new FilterSyntaxError(`${why} At ${this.#peek().at}.`);
  }

  #nested(parse: () => Filter): Filter {
    this.#depth += 1;
    if (this.#depth > maxDepth)
      throw new FilterSyntaxError(
        'The filter exceeded the maximum depth limit. Try rewriting the filter so that it contains fewer nested conditions.',
      );
    const filter = parse();
    this.#depth -= 1;
    return filter;
  }

  #or(): Filter {
    const parts = [this.#and()];
    while (this.#take('OR')) parts.push(this.#and());
    return parts.length === 1 ? (parts[0] as Filter) : { op: 'or', parts };
  }

  #and(): Filter {
    const parts = [this.#not()];
    while (this.#take('AND')) parts.push(this.#not());
    return parts.length === 1 ? (parts[0] as Filter) : { op: 'and', parts };
  }

  #not(): Filter {
    if (this.#take('NOT')) return this.#nested(() => ({ op: 'not', part: this.#not() }));
    if (!this.#take('(')) return this.#condition();
    return this.#nested(() => {
      const filter = this.#or();
      this.#expect(')', 'Expression is missing the following closing delimiter: `)`.');
      return filter;
    });
  }

  #value(): string {
    const token = this.#peek();
    if (token.kind === 'word' && /^_(geo|vectors|foreign)/u.test(token.text))
      throw new NotEmulated(`${token.text} in a filter`);
    if (token.kind === 'word' && reserved.has(token.text))
      throw new FilterSyntaxError(
        `Was expecting a value but instead got \`${token.text}\`, which is a reserved keyword. To use \`${token.text}\` as a field name or a value, surround it by quotes.`,
      );
    if (token.kind !== 'word' && token.kind !== 'quoted')
      throw new FilterSyntaxError(`Was expecting a value but instead got \`${token.text}\`. At ${token.at}.`);
    this.#next += 1;
    return token.text;
  }

  #condition(): Filter {
    const field = this.#value();
    const symbol = this.#peek();
    if (symbol.kind === 'symbol' && comparisons.includes(symbol.text)) {
      this.#next += 1;
      return { op: 'test', field, test: { kind: 'compare', with: symbol.text as Comparison, value: this.#value() } };
    }
    if (this.#take('IS')) {
      const isNot = this.#take('NOT');
      if (this.#take('NULL')) return negated(isNot, { op: 'test', field, test: { kind: 'null' } });
      this.#expect('EMPTY', 'Was expecting `NULL` or `EMPTY` after `IS`.');
      return negated(isNot, { op: 'test', field, test: { kind: 'empty' } });
    }
    const isNot = this.#take('NOT');
    if (this.#take('EXISTS')) return negated(isNot, { op: 'test', field, test: { kind: 'exists' } });
    if (this.#take('IN')) return negated(isNot, { op: 'test', field, test: { kind: 'in', values: this.#bracketed() } });
    if (this.#take('STARTS')) {
      this.#expect('WITH', 'Was expecting `WITH` after `STARTS`.');
      return negated(isNot, { op: 'test', field, test: { kind: 'starts', value: this.#value() } });
    }
    if (this.#take('CONTAINS'))
      throw new MeilisearchError(
        'feature_not_enabled',
        'Using `CONTAINS` in a filter requires enabling the `contains filter` experimental feature. See https://github.com/orgs/meilisearch/discussions/763',
      );
    const operations =
      'Was expecting an operation `=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`, `EXISTS`, `NOT EXISTS`, `IS NULL`, `IS NOT NULL`, `IS EMPTY`, `IS NOT EMPTY`, `CONTAINS`, `NOT CONTAINS`, `STARTS WITH`, `NOT STARTS WITH`, `_geoRadius`, `_geoBoundingBox` or `_geoPolygon`';
    const start = this.#peek();
    if (isNot || (start.kind !== 'word' && start.kind !== 'quoted'))
      throw new FilterSyntaxError(`${operations} at \`${field}\`.`);
    const from = this.#value();
    this.#expect('TO', `${operations} at \`${field} ${from}\`.`);
    return { op: 'test', field, test: { kind: 'between', from, to: this.#value() } };
  }

  #bracketed(): string[] {
    this.#expect('[', 'Expected `[` after `IN` keyword.');
    const values: string[] = [];
    while (!this.#take(']')) {
      values.push(this.#value());
      if (this.#take(',')) continue;
      this.#expect(']', 'Expected only comma-separated field names inside `IN[..]`.');
      break;
    }
    return values;
  }
}

function negated(isNot: boolean, filter: Filter): Filter {
  return isNot ? { op: 'not', part: filter } : filter;
}

function shown(value: Json): string {
  return JSON.stringify(value);
}

/**
 * A filter as requests carry it: a string, or an array (all must hold) of strings and of arrays of strings (one must
 * hold). Null: nothing is filtered.
 */
export function parseFilter(given: Json | undefined, code: string): Filter | null {
  const parseOne = (source: string): Filter | null => {
    if (source.trim() === '') return null;
    try {
      return new FilterParser(source).parse();
    } catch (error) {
      if (error instanceof FilterSyntaxError) throw new MeilisearchError(code, error.message);
      throw error;
    }
  };
  const wrong = (expected: string, found: Json) =>
    new MeilisearchError(
      code,
      `Invalid syntax for the filter parameter: \`expected ${expected}, found: ${shown(found)}\`.`,
    );

  if (given === undefined || given === null) return null;
  if (typeof given === 'string') return parseOne(given);
  if (!Array.isArray(given)) throw wrong('String, Array', given);
  const every: Filter[] = [];
  for (const one of given) {
    if (typeof one !== 'string' && !Array.isArray(one)) throw wrong('String, [String]', one);
    const any: Filter[] = [];
    for (const source of typeof one === 'string' ? [one] : one) {
      if (typeof source !== 'string') throw wrong('String', source);
      const filter = parseOne(source);
      if (filter !== null) any.push(filter);
    }
    if (any.length > 0) every.push(any.length === 1 ? (any[0] as Filter) : { op: 'or', parts: any });
  }
  if (every.length === 0) return null;
  return every.length === 1 ? (every[0] as Filter) : { op: 'and', parts: every };
}
