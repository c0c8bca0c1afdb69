import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { BenchText } from '../quality/files.ts';
import { memoryMb } from '../speed/rows.ts';
import { type SyntheticText, syntheticDocuments, syntheticQueries } from '../synthetic.ts';
import { createPeer } from './create-peer.ts';
import { peerNames } from './peer.ts';
import type { PeerOrder, PeerReport, PeerTask } from './protocol.ts';

/**
 * One peer in a process of its own, so that its memory is its own and neither its collector nor its size slows the others.
 * It draws the same synthetic documents and queries as the bench that started it, and ends with the connection to it.
 */
const task: PeerTask = JSON.parse(process.argv[2] ?? '{}');
const name = peerNames.find((known) => known === task.peer);
if (name === undefined || process.send === undefined) {
  throw new Error('bench/engine.ts starts this program.');
}
const documentsAtOnce = 500;
const knownAsked = 5;

const queries = syntheticQueries(task.queries).map(wordsOf);
// Ctrl-C reaches the bench as well; this process then ends with it, in order.
process.on('SIGINT', () => undefined);
const before = memoryMb();
const peer = await createPeer(name);
let isEnding = false;
process.once('disconnect', () => void end(0));
// The bench may have gone while the peer was being made.
if (!process.connected) await end(0);
process.on('message', ({ ask }: PeerOrder) => void answer(ask.from, ask.to).then(tell, fail));
await build().then(tell, fail);

async function build(): Promise<PeerReport> {
  const known: BenchText[] = [];
  let batch: BenchText[] = [];
  let ms = 0;
  let added = 0;
  for (const { id, title, body } of syntheticDocuments(task.documents)) {
    batch.push({ id, title, text: body });
    added++;
    if ((added - 1) % Math.ceil(task.documents / knownAsked) === 0) known.push({ id, title, text: body });
    if (batch.length < documentsAtOnce && added < task.documents) continue;
    const start = performance.now();
    await peer.add(batch);
    ms += performance.now() - start;
    batch = [];
    // Lets the end of the bench be heard.
    await letOthersRun();
    if (ms > task.buildSeconds * 1_000) break;
  }
  const start = performance.now();
  await peer.finish?.();
  const seconds = (ms + performance.now() - start) / 1_000;
  const megabytes = (await peer.storageMb?.()) ?? memoryMb() - before;
  const knownFound = await findKnown(known);
  return { kind: 'built', documents: added, seconds, megabytes, knownAsked: known.length, knownFound };
}

/** Asked for the words of a document, an engine that works has it among the best. */
async function findKnown(known: readonly BenchText[]): Promise<number> {
  let found = 0;
  for (const { id, title, text } of known) {
    const ids = await peer.search(`${title} ${text}`, task.limit);
    found += ids.includes(id) ? 1 : 0;
  }
  return found;
}

async function answer(from: number, to: number): Promise<PeerReport> {
  const times: number[] = [];
  let fewestHits = Number.POSITIVE_INFINITY;
  for (const words of queries.slice(from, to)) {
    const start = performance.now();
    const { length } = await peer.search(words, task.limit);
    times.push(performance.now() - start);
    fewestHits = Math.min(fewestHits, length);
  }
  return { kind: 'answered', times, fewestHits };
}

function wordsOf({ title, body }: SyntheticText): string {
  return `${title} ${body}`;
}

function tell(report: PeerReport): void {
  if (process.connected) process.send?.(report);
}

/** What fails because the peer is being closed is no news. */
async function fail(error: unknown): Promise<void> {
  if (isEnding) return;
  console.error(error);
  await end(1);
}

async function end(status: number): Promise<void> {
  isEnding = true;
  await peer.close?.();
  process.exit(status);
}
