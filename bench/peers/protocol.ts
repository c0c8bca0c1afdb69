/** What the bench and the process of one peer tell each other. */
export type PeerOrder = {
  /** Answer the synthetic queries from `from` up to, not including, `to`. */
  ask: { from: number; to: number };
};

export type PeerReport =
  | { kind: 'built'; documents: number; seconds: number; megabytes: number; knownFound: number; knownAsked: number }
  | { kind: 'answered'; times: number[]; fewestHits: number };

/** After `buildSeconds` no more of the documents are taken in. `queries` are drawn; the bench says which to answer. */
export type PeerTask = { peer: string; documents: number; queries: number; limit: number; buildSeconds: number };
