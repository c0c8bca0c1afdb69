import { promises as dns } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressRules, isAllowedAddress, isAllowedHost } from './address.ts';

/** The addresses of a name. @throws when it has none */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** The name or the address is one that must not be called. */
export class AddressRefused extends Error {}

/** The name has no address. */
export class NameNotResolved extends Error {}

/**
 * Connects to allowed addresses only, and looks at every connection anew: a name that was public when the endpoint was
 * made may be private now (DNS rebinding). A literal address never reaches a lookup, so both places check.
 */
export function createConnector(
  rules: AddressRules,
  options: { connectTimeoutMs: number; resolve?: Resolve },
): buildConnector.connector {
  const resolve = options.resolve ?? (rules.allowPrivate ? resolveAsTheMachineDoes : createResolve());
  const connect = buildConnector({ timeout: options.connectTimeoutMs, lookup: checkedLookup(resolve, rules) });
  return (target, callback) => {
    if (isAllowedHost(target.hostname, rules)) connect(target, callback);
    else callback(new AddressRefused('the address is not a public one'), null);
  };
}

/** One private address among public ones refuses the name: which of them is taken is not ours to say. */
function checkedLookup(resolve: Resolve, rules: AddressRules): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const first = addresses[0];
        if (first === undefined) return callback(new NameNotResolved('the name has no address'), []);
        if (!addresses.every((address) => isAllowedAddress(address, rules)))
          return callback(new AddressRefused('the name leads to an address that is not a public one'), []);
        if (all) return callback(null, addresses.map(withFamily));
        const { address, family } = withFamily(first);
        return callback(null, address, family);
      },
      () => callback(new NameNotResolved('the name could not be resolved'), []),
    );
  };
}

function withFamily(address: string): { address: string; family: 4 | 6 } {
  return { address, family: isIPv6(address) ? 6 : 4 };
}

/**
 * Asks the name servers ourselves: `dns.lookup` waits in one of the few threads that hash passwords, too, and a slow name
 * server of a stranger would hold up everybody's sign-in.
 */
function createResolve(): Resolve {
  const resolver = new dns.Resolver({ timeout: 1_500, tries: 2 });
  return async (hostname) => {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  };
}

/** With its hosts file and its own names. */
async function resolveAsTheMachineDoes(hostname: string): Promise<string[]> {
  return (await dns.lookup(hostname, { all: true })).map(({ address }) => address);
}
