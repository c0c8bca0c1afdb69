import { createFlexSearch } from './flexsearch.ts';
import { createMiniSearch } from './minisearch.ts';
import { createOrama } from './orama.ts';
import type { Peer, PeerName } from './peer.ts';
import { createPostgres } from './postgres.ts';

export async function createPeer(name: PeerName): Promise<Peer> {
  switch (name) {
    case 'minisearch':
      return createMiniSearch();
    case 'orama':
      return createOrama();
    case 'flexsearch':
      return createFlexSearch();
    case 'postgres':
      return await createPostgres();
  }
}
