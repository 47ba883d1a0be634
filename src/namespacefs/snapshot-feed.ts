// Where the file system's state comes from: whoever knows the present snapshot and tells when another takes its place.
import type { Snapshot } from '../model/schema.ts';

/** Told after the change, with what was before. */
export type SnapshotListener = (now: Snapshot, before: Snapshot) => void;

export interface SnapshotFeed {
  /** The state now, at most `delayMs` old where the host allows. Asking is a sign of use. */
  current(): Snapshot;
  /** @returns what ends it */
  onChange(listener: SnapshotListener): () => void;
  /** How long a namespace may exist, or have ended, before listeners hear of it while somebody uses the file system. */
  readonly delayMs: number;
  /** Somebody waits for changes without asking for the state: until what is returned is called. */
  watch(): () => void;
  /** Lets go of timers and descriptors. */
  close(): void;
}
