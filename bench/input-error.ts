/** What the person at the keyboard must change: printed without a stack. */
export class BenchInputError extends Error {}
