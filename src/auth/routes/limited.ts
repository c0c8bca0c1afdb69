export interface AuthRouteOptions {
  /** Requests per minute and address to each operation that checks a password or sends a mail. */
  signInLimitPerMinute: number;
}

/** The operation under the lower limit for whatever can be guessed at or makes us hash or send. */
export function limited<Options extends { config: object }>(
  route: Options,
  { signInLimitPerMinute }: AuthRouteOptions,
) {
  return { ...route, config: { ...route.config, rateLimit: { max: signInLimitPerMinute, timeWindow: '1 minute' } } };
}
