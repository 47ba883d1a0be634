// Where the file system's state comes from: whoever knows the present snapshot and tells when another takes its place.
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';

/** A namespace that came or went. */
export interface NamespaceLifetimeChange {
  readonly kind: 'created' | 'destroyed';
  readonly type: NamespaceType;
  readonly inode: number;
  /** Decimal; null where the kernel gives none. */
  readonly id: string | null;
  /** UTC, RFC 3339. */
  readonly at: string;
  /** As the state has it, or of one that ended had it; undefined for one that came and went in between. */
  readonly namespace: Namespace | undefined;
  /** Who made it, or was first seen in it. */
  readonly by?: { readonly uid?: number; readonly pid?: number; readonly comm?: string } | undefined;
}

/** Of so many events, or of an unknown number, nothing is known. What they did is in the state. */
interface LostChanges {
  readonly kind: 'lost';
  readonly count: number | null;
  readonly at: string;
}

export type FeedChange = NamespaceLifetimeChange | LostChanges;

/** Told when the state is another, with what came and went, in the order in which it did. */
export type SnapshotListener = (now: Snapshot, changes: readonly FeedChange[]) => void;

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
