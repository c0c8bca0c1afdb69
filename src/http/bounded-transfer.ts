import type { Stream } from 'node:stream';

const graceMs = 30_000;
/** 128 kbit/s: who is slower than that cannot be told from one who holds connections on purpose. */
const leastBytesPerSecond = 16 * 1024;

/**
 * Cuts a stream that takes longer than so many bytes may take.
 * @returns what ends the watch
 */
export function boundTransfer(stream: Stream & { destroy(): void }, sizeBytes: number): () => void {
  const timer = setTimeout(() => stream.destroy(), graceMs + (sizeBytes / leastBytesPerSecond) * 1_000);
  timer.unref();
  return () => clearTimeout(timer);
}
