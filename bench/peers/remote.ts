import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { PeerName } from './peer.ts';
import type { PeerOrder, PeerReport, PeerTask } from './protocol.ts';

export type RemotePeer = {
  name: PeerName;
  /** Fewer than asked for when its time was over. */
  documents: number;
  buildSeconds: number;
  megabytes: number;
  /** Milliseconds for each of the synthetic queries [from, to). Throws when one of them found nothing. */
  ask(from: number, to: number): Promise<number[]>;
  close(): Promise<void>;
};

/** A process that does not end by itself when told to. */
const killAfterMs = 20_000;
/** What a step may take beyond its budget (an index made in one go, a slow query) before the peer is given up. */
const graceMs = 120_000;

/** The peer with the documents in it. Throws with the reason when it cannot take them or does not find what is there. */
export async function startPeer(name: PeerName, task: Omit<PeerTask, 'peer'>): Promise<RemotePeer> {
  const child = fork(new URL('./process.ts', import.meta.url), [JSON.stringify({ ...task, peer: name })], {
    execArgv: ['--expose-gc', '--max-old-space-size=8192', '--import', 'tsx'],
    serialization: 'json',
  });

  async function report(withinMs: number): Promise<PeerReport> {
    const given = new AbortController();
    const signal = AbortSignal.any([given.signal, AbortSignal.timeout(withinMs)]);
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`its process ended with ${code}`);
    });
    try {
      const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [PeerReport];
      return message;
    } catch (error) {
      throw signal.aborted ? new Error(`it did not answer within ${withinMs / 1_000} s`) : error;
    } finally {
      given.abort();
      ended.catch(() => undefined);
    }
  }

  async function close(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.disconnect();
    await exited;
    clearTimeout(kill);
  }

  try {
    const built = await report(task.buildSeconds * 1_000 + graceMs);
    if (built.kind !== 'built') throw new Error('it answered before it was asked');
    if (built.knownFound < built.knownAsked) {
      throw new Error(`it found ${built.knownFound} of ${built.knownAsked} documents by their own words`);
    }
    const { documents, seconds, megabytes } = built;
    return { name, documents, buildSeconds: seconds, megabytes, ask, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function ask(from: number, to: number): Promise<number[]> {
    const waiting = report(graceMs + (to - from) * graceMs);
    child.send({ ask: { from, to } } satisfies PeerOrder);
    const answered = await waiting;
    if (answered.kind !== 'answered') throw new Error('it did not answer what it was asked');
    if (answered.fewestHits === 0) throw new Error('it found nothing for a query whose words are there');
    return answered.times;
  }
}
