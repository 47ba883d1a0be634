// What a stream of events watches inside of chosen namespaces: their mounts, their links.
import type { Known } from '../snapshot/known.ts';
import type { Mount, NetworkLink } from '../snapshot/schema.ts';

interface WatchedNamespace {
  readonly inode: number;
  /** What may happen without an event, one sentence each. */
  readonly cannotSee: readonly string[];
  /** Why each better way is not in use, one sentence each. */
  readonly refused: readonly string[];
}

/** A mount namespace whose mounts are watched. */
export interface WatchedMounts extends WatchedNamespace {
  /**
   * `fanotify`: the kernel reports each mount that is attached or detached; `mountinfo`: it reports that something has
   * changed, and the mounts are compared; `comparison`: they are compared from time to time; `none`: they are not watched.
   */
  readonly via: 'fanotify' | 'mountinfo' | 'comparison' | 'none';
  readonly mounts: Known<readonly Mount[]>;
}

/** A network namespace whose links are watched. */
export interface WatchedLinks extends WatchedNamespace {
  /** `rtnetlink`: the kernel reports each change; `none`: they are not watched. */
  readonly via: 'rtnetlink' | 'none';
  readonly links: Known<readonly NetworkLink[]>;
}
