// What a source of events is: it tells the watcher what the kernel says as it happens, or only when to look again.
import { readMonotonicNs } from '../../kernel/own/monotonic-clock.ts';
import type { EventNamespace, EventProcess, EventSource } from '../../model/live/events.ts';

/** A task as the kernel tells of it: where it is now. */
export interface TaskReport {
  readonly pid: number;
  readonly tid: number;
  readonly ppid: number;
  readonly startTimeTicks: number;
  readonly comm: string;
  readonly uid: number;
  /** Inodes in the order of namespaceLinks; 0 for what is not known. */
  readonly inodes: readonly number[];
  /** 64-bit ids in decimal, in the same order. */
  readonly ids: readonly (string | null)[];
  /** Of `exec`: its command line, where the kernel told it. */
  readonly command?: string;
  /**
   * Where it is was read some time after the event. It may have gone on: by which call it came there is not known, and who
   * owns what it made is not told by it.
   */
  readonly isReadLate?: true;
}

/** Nanoseconds of CLOCK_MONOTONIC. */
export type Moment = number;

export interface SourceHost {
  fork(task: TaskReport, at: Moment): void;
  /** It executed a program. */
  exec(task: TaskReport, before: number, at: Moment): void;
  moved(task: TaskReport, how: 'unshare' | 'setns', at: Moment): void;
  exit(tid: number, at: Moment): void;
  /** It probably made a mount namespace, of which the next reading will tell. */
  mount(task: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void;
  /** It mounted something, in whatever mount namespace it is. */
  attached(task: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void;
  /** The kernel made or freed a namespace. */
  created(namespace: EventNamespace, by: Omit<TaskReport, 'inodes' | 'ids'>, at: Moment): void;
  destroyed(namespace: EventNamespace, at: Moment): void;
  /** Events were lost: how many, or null where that is not known. */
  lost(count: number | null): void;
  /** A namespace may have come or gone: read the kernel's list, or a snapshot where there is none, before long. */
  listSoon(): void;
  /** What holds or names namespaces may have changed: take a snapshot before long. */
  wholeSoon(): void;
}

export interface LiveSource {
  readonly about: EventSource;
  /** Whether processes are told of as they begin and end, so that comparison need not find them. */
  readonly tellsProcesses: boolean;
  /** Whether the making and freeing of every namespace is told of. */
  readonly tellsNamespaces: boolean;
  /** Whether it is told who mounts something. */
  readonly tellsMounts: boolean;
  /** Takes what waits; returns when nothing does. */
  drain(): void;
  stop(): void;
}

/** Why a source is not to be had here, one sentence. */
export interface SourceRefusal {
  readonly refused: string;
}

export type OpenSource = (host: SourceHost, options: SourceOptions) => LiveSource | SourceRefusal;

export interface SourceOptions {
  /** Of the kernel's ring buffer. */
  readonly ringBytes: number | undefined;
}

export function now(): Moment {
  return readMonotonicNs();
}

/** No more of a task than what events tell. */
export function pickProcess({ pid, tid, ppid, startTimeTicks, comm, uid }: EventProcess): EventProcess {
  return { pid, tid, ppid, startTimeTicks, comm, uid };
}
