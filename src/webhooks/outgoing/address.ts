import ipaddr from 'ipaddr.js';

/** Which servers we may be made to call by whoever can name a URL (server-side request forgery, CWE-918). */
export interface AddressRules {
  /** Also the machine itself and the networks of an intranet; then also plain http and every port. */
  allowPrivate: boolean;
}

/** What an intranet may have besides. Link-local stays out: it is where clouds answer with credentials (169.254.169.254). */
const intranetRanges = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/** IPv6 addresses that are anybody's to route (RFC 4291, 2.4): the library calls what lies outside, as ::127.0.0.1, unicast, too. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an address may be called: only public ones, whatever they are written as. IPv4 inside IPv6 counts as the IPv4
 * that it is; ranges that carry an IPv4 address to somewhere else (6to4, Teredo, NAT64) are refused whole.
 */
export function isAllowedAddress(address: string, { allowPrivate }: AddressRules): boolean {
  // A zone names an interface of this machine.
  if (address.includes('%') || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (allowPrivate && intranetRanges.has(range)) return true;
  return range === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(globalUnicast));
}

/** Names that mean this machine or its network, whatever a name server says (RFC 6761, 6762, 8375, 9476). */
const localNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|localdomain)$/;

/**
 * Whether a host, as a parsed URL writes it, may be called as far as the name alone tells. The URL parser has turned
 * decimal, octal, hexadecimal and shortened IPv4 into four numbers (https://url.spec.whatwg.org/#concept-ipv4-parser).
 */
export function isAllowedHost(hostname: string, rules: AddressRules): boolean {
  const literal = literalAddress(hostname);
  if (literal !== null) return isAllowedAddress(literal, rules);
  if (rules.allowPrivate) return true;
  const name = hostname.toLowerCase().replace(/\.+$/, '');
  return name.includes('.') && !localNames.test(name);
}

/** The address that a URL's host is, without brackets; null for a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : null;
}

const allowedPorts = new Set(['', '443', '8443']);

export type UrlFault = 'syntax' | 'https' | 'credentials' | 'fragment' | 'port' | 'address';

/** What is wrong with an endpoint's URL, as far as can be told without a connection; null for nothing. */
export function urlFault(text: string, rules: AddressRules): UrlFault | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'syntax';
  if (url.protocol === 'http:' && !rules.allowPrivate) return 'https';
  if (url.username !== '' || url.password !== '') return 'credentials';
  if (text.includes('#')) return 'fragment';
  if (!rules.allowPrivate && !allowedPorts.has(url.port)) return 'port';
  return isAllowedHost(url.hostname, rules) ? null : 'address';
}
