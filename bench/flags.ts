import { BenchInputError } from './input-error.ts';
import { type PeerName, peerNames } from './peers/peer.ts';

export function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9][\d_,]*$/.test(text) || !Number.isSafeInteger(Number(text.replaceAll(/[_,]/g, '')))) {
    throw new BenchInputError(`--${flag} wants a whole number above 0, not "${text}".`);
  }
  return Number(text.replaceAll(/[_,]/g, ''));
}

/** "5000,50000": ascending, each once. */
export function wholeNumbers(flag: string, text: string): number[] {
  const numbers = text.split(',').map((part) => wholeNumber(flag, part.trim()));
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

/** "all", "none" or names with commas. */
export function peersOf(text: string): PeerName[] {
  if (text === 'all') return [...peerNames];
  if (text === 'none') return [];
  return text.split(',').map((part) => {
    const name = peerNames.find((known) => known === part.trim());
    if (name === undefined) {
      throw new BenchInputError(`--peers wants all, none or some of ${peerNames.join(',')}, not "${part}".`);
    }
    return name;
  });
}

/** Prints what the flags lack without a stack. */
export async function runBench(main: () => Promise<void>): Promise<void> {
  // An exit in order takes a started PostgreSQL along.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(130));
  }
  try {
    await main();
  } catch (error) {
    const isInput =
      error instanceof BenchInputError || (error instanceof Error && 'code' in error && isFlag(error.code));
    console.error(isInput && error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function isFlag(code: unknown): boolean {
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
}
