import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { EngineManifest } from '../engine/index-reader.ts';
import { readSnapshot, SnapshotError, writeSnapshot } from '../engine/snapshot.ts';
import type { NeighbourRow } from './field-neighbours.ts';
import { type Side, sides } from './sides.ts';

/** Raised when what is indexed of a record changes: the texts and tags of record-text.ts, the fields of the neighbours. */
const contentsVersion = 2;

/** How far the index had read when it was saved: the last message that it had taken in. */
export type SnapshotPlace = { xid: string; messageId: string; takenAtMs: number };

/** What is known of a snapshot before it is read; `current.json` names the files that belong together. */
export type SnapshotHead = SnapshotPlace & { name: string; contentsVersion: number; neighboursChecksum: number };

/** One side of the index, to be saved. */
type SavedShelf = { engine: { share(): EngineManifest }; neighbours: readonly NeighbourRow[] };
export type RestoredShelf = { manifest: EngineManifest; neighbours: readonly NeighbourRow[] };

const headFile = 'current.json';
/** Files that another process is writing are younger. */
const leftoverAgeMs = 3_600_000;

/**
 * Saves both sides as they are at one moment after the call. The files of a snapshot carry its name, and the head is put in
 * place last: whoever reads finds all of one snapshot, however many processes save into the same folder.
 */
export async function saveIndex(
  folder: string,
  place: SnapshotPlace,
  shelvesNow: () => Record<Side, SavedShelf>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const name = randomUUID();
  const shelves = shelvesNow();
  const neighbours = Buffer.from(JSON.stringify(sides.map((side) => shelves[side].neighbours)));
  // All three are copied before anything is awaited.
  await Promise.all([
    ...sides.map((side) => writeSnapshot(shelves[side].engine, fileOf(folder, name, side), { name })),
    writeFile(fileOf(folder, name, 'neighbours'), neighbours),
  ]);
  const head: SnapshotHead = { ...place, name, contentsVersion, neighboursChecksum: crc32(neighbours) };
  const temporary = fileOf(folder, name, 'head');
  await writeFile(temporary, JSON.stringify(head));
  const replaced = await readHead(folder).catch(() => undefined);
  await rename(temporary, join(folder, headFile));
  await removeLeftovers(folder, name, replaced?.name ?? name);
}

/** @throws SnapshotError */
export async function readHead(folder: string): Promise<SnapshotHead> {
  const path = join(folder, headFile);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SnapshotError('MISSING', `There is no snapshot in ${folder}.`, { cause: error });
  });
  const head = parse(text, path) as SnapshotHead;
  if (head.contentsVersion !== contentsVersion) {
    throw new SnapshotError('OTHER_VERSION', `The snapshot in ${folder} was made of other parts of the records.`);
  }
  return head;
}

/** @throws SnapshotError when anything about the files is wrong */
export async function restoreIndex(folder: string, head: SnapshotHead): Promise<Record<Side, RestoredShelf>> {
  const path = fileOf(folder, head.name, 'neighbours');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new SnapshotError('MISSING', `The snapshot's file ${path} cannot be opened.`, { cause: error });
  });
  if (crc32(bytes) !== head.neighboursChecksum) {
    throw new SnapshotError('CORRUPT', `The snapshot's file ${path} does not agree with its checksum.`);
  }
  const neighbours = parse(bytes.toString('utf8'), path) as NeighbourRow[][];
  const [demand, result] = await Promise.all(sides.map((side) => readSnapshot(fileOf(folder, head.name, side))));
  if (demand === undefined || result === undefined) throw new Error('a snapshot has two sides');
  return {
    demand: { manifest: demand.manifest, neighbours: neighbours[0] ?? [] },
    result: { manifest: result.manifest, neighbours: neighbours[1] ?? [] },
  };
}

function fileOf(folder: string, name: string, part: Side | 'neighbours' | 'head'): string {
  return join(folder, `${name}.${part}`);
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SnapshotError('CORRUPT', `The snapshot's file ${path} cannot be read.`, { cause: error });
  }
}

/** Of the snapshot that was replaced, and of those that were never finished. */
async function removeLeftovers(folder: string, name: string, replaced: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (file === headFile || file.startsWith(name)) continue;
    const path = join(folder, file);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (file.startsWith(replaced) || Date.now() - mtimeMs > leftoverAgeMs) await rm(path, { force: true });
  }
}
