import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../core/errors.ts';

/** OWASP Password Storage Cheat Sheet: argon2id (the library's default variant) with 46 MiB, one pass, one lane. */
const parameters = { memoryCost: 47_104, timeCost: 1, parallelism: 1 } as const;

/** Verified where there is no account, so that an unknown address takes as long as a wrong password. Nobody's password. */
const nobodysHash = '$argon2id$v=19$m=47104,t=1,p=1$DeLMnkD36Rmu8RSZD4hwFg$TPZ9XibmlFT7WqHGVMPot62ZxUaaGolzhcYob1Fpt64';

/** Two hashes at a time hold 92 MiB and leave half of libuv's four threads to files and DNS. */
const maxRunning = 2;
/** At some tens of milliseconds each, whoever came later would not wait for the answer. */
const maxWaiting = 1_000;

let running = 0;
const waiting: (() => void)[] = [];

/** @throws AppError UNAVAILABLE when too many others wait */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normal(password), parameters));
}

/**
 * Whether the password is the one that was hashed; false, after the same time, where there is no hash.
 * @throws AppError UNAVAILABLE when too many others wait
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const right = await inTurn(() => verify(passwordHash ?? nobodysHash, normal(password)));
  return passwordHash !== null && right;
}

/** Input methods may compose the same characters differently (NIST SP 800-63B, 5.1.1.2). */
function normal(password: string): string {
  return password.normalize('NFKC');
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= maxRunning) {
    if (waiting.length >= maxWaiting) {
      throw new AppError(
        'UNAVAILABLE',
        { zh: '登录请求过多，请稍后重试。', en: 'Too many people are signing in; try again shortly.' },
        { retryAfterSeconds: 5 },
      );
    }
    // Whoever finishes hands the turn over, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
