/** What the bench and the process of one peer tell each other. */
export type PeerOrder = {
  /** Answer the synthetic queries from `from` up to, not including, `to`. */
  ask: { from: number; to: number };
};

export type PeerReport =
  | { kind: 'built'; seconds: number; megabytes: number; knownFound: number; knownAsked: number }
  | { kind: 'late'; documents: number; seconds: number }
  | { kind: 'answered'; times: number[]; fewestHits: number };

/** Queries to draw: the first half warms, the second is measured. */
export type PeerTask = { peer: string; documents: number; queries: number; limit: number; buildSeconds: number };
