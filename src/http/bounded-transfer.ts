import type { ServerResponse } from 'node:http';
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

const lookMs = 1_000;
/** However fast it goes: what is read in one moment of the database holds that moment. */
const longestMs = 15 * 60_000;

type Download = Pick<ServerResponse, 'writableNeedDrain' | 'destroy'> & { socket: { bytesWritten: number } | null };

/**
 * Cuts an answer of a length that nobody knows when its reader has been behind for longer than the bytes it took may take;
 * the time that it waits for us is not counted.
 * @returns what ends the watch
 */
export function boundDownload(answer: Download): () => void {
  const startedAtMs = performance.now();
  const bytesBefore = answer.socket?.bytesWritten ?? 0;
  let behindMs = 0;
  const timer = setInterval(() => {
    if (answer.writableNeedDrain) behindMs += lookMs;
    const taken = (answer.socket?.bytesWritten ?? 0) - bytesBefore;
    const isSlow = behindMs > graceMs + (taken / leastBytesPerSecond) * 1_000;
    if (isSlow || performance.now() - startedAtMs > longestMs) answer.destroy();
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
