// What a stream of events is asked for.
import type { EventSourceName } from '../../model/live/events.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';

/** What a stream of events is asked for; everything may be left out. */
export interface WatchOptions {
  /** By which way events come; the best that this kernel and user permit where it is left out. */
  readonly source?: EventSourceName | undefined;
  /** Whether BPF may be used, also for snapshots. */
  readonly bpf?: boolean | undefined;
  /** Events of these types alone; the whole state has all. */
  readonly types?: readonly NamespaceType[] | undefined;
  /** Whether every process that begins, moves and ends is told of. */
  readonly processes?: boolean | undefined;
  /** Whether it is told what else than processes begins and ceases to hold namespaces; so where it is left out. */
  readonly holders?: boolean | undefined;
  /**
   * Inodes of mount namespaces whose mounts are watched: `mounted`, `unmounted` and `remounted`, whatever `types` says. 32 at
   * the most.
   */
  readonly mounts?: readonly number[] | undefined;
  /**
   * Inodes of network namespaces whose links are watched: `link-added`, `link-removed` and `link-changed`, likewise. For
   * those that nscope is not in, it makes a network namespace of its own while it watches.
   */
  readonly links?: readonly number[] | undefined;
  /** Between snapshots, where the source compares them. Usually one second, longer where a snapshot takes long. */
  readonly intervalMs?: number | undefined;
  /** So many events wait for a slow reader; then they are dropped, counted, and the whole state follows. */
  readonly queueLimit?: number | undefined;
  /** Of the kernel's ring buffer: a power of two, 4096 at least. Usually 4 MiB. */
  readonly ringBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
