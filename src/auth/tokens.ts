import { createHash, randomBytes } from 'node:crypto';

/** What a bearer token is: the secret goes to the caller once, its SHA-256 is what is stored. */
export interface Token {
  token: string;
  hash: string;
}

export type TokenKind = 'session' | 'api_key';

const prefixes: Record<TokenKind, string> = { session: 'ds_', api_key: 'dk_' };

/** 256 random bits need no salt and no slow hash: there is nothing to guess. */
const tokenBytes = 32;
const tokenShape = /^(ds_|dk_)[A-Za-z0-9_-]{43}$/;

/** The prefix and the first 8 of 43 characters: enough to tell keys apart, 208 bits stay secret. */
const shownCharacters = 11;

export function newToken(kind: TokenKind): Token {
  return hashed(prefixes[kind] + randomBytes(tokenBytes).toString('base64url'));
}

/** A single-use secret that travels by mail. */
export function newMailToken(): Token {
  return hashed(randomBytes(tokenBytes).toString('base64url'));
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The part of an API key that its owner sees in lists. */
export function shownPrefix(token: string): string {
  return token.slice(0, shownCharacters);
}

/** The token of an Authorization header (RFC 6750); null for another scheme or something that was never a token of ours. */
export function bearerIn(authorization: string): { kind: TokenKind; hash: string } | null {
  const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
  const prefix = tokenShape.exec(token)?.[1];
  if (prefix === undefined) return null;
  return { kind: prefix === prefixes.session ? 'session' : 'api_key', hash: hashOf(token) };
}

function hashed(token: string): Token {
  return { token, hash: hashOf(token) };
}
