// What a command left behind: the things, and what is known of whose they are.
import type { EventWay } from '../../model/live/events.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { HeldBy } from '../release/find-holders.ts';

/** `command`: of the command or of what descends from it. `others`: somebody else's. `unknown`: nothing told whose. */
export type Whose = 'command' | 'others' | 'unknown';

/**
 * How it is known whose a thing is. `event`: the kernel told who made it. `descent`: the process descends from the
 * command. `member`: a process of theirs is in the namespace, was in it when it was first seen, or holds it. `relative`: it
 * owns, is owned by, or is the parent of a namespace of theirs. `mount-call`: only they mounted something at that moment.
 * `cgroup`: the process is in the control group of the caller. `none`: nothing tells.
 */
export type Sign = 'event' | 'descent' | 'member' | 'relative' | 'mount-call' | 'cgroup' | 'none';

/** Who made a thing. Not yet safe for a terminal. */
export interface Maker {
  readonly pid: number;
  readonly comm: string;
  /** The command line, where it was read before the process ended. */
  readonly command?: string;
  readonly uid: number;
  /** The names of its parent, the parent of that and so on, up to the command. */
  readonly above: readonly string[];
}

/** The making of a thing. */
export interface Making {
  readonly whose: Whose;
  readonly how: EventWay | 'fork';
  /** UTC, RFC 3339: when it was made; with `how` `seen` when it was first seen. */
  readonly at: string;
  readonly maker: Maker | null;
}

interface Thing {
  readonly whose: Whose;
  readonly sign: Sign;
  readonly making: Making | null;
  /** A command for a POSIX shell that removes it; null where there is none, absent where nothing was read for it. */
  readonly release?: string | null;
  readonly releaseNote?: string;
  /** Why it is not a leak although it is the command's. */
  readonly excuse?: string;
}

/** A process that outlived the command. */
export interface LeftProcess extends Thing {
  readonly kind: 'process';
  readonly pid: number;
  readonly comm: string;
  readonly command: string;
  readonly uid: number;
}

/** A namespace that came after the beginning and is still there. */
export interface LeftNamespace extends Thing {
  readonly kind: 'namespace';
  readonly type: NamespaceType;
  readonly inode: number;
  /** The kernel's 64-bit id in decimal; null where it gives none. */
  readonly id: string | null;
  /** What ip netns calls it, and the paths of bind mounts. */
  readonly names: readonly string[];
  readonly holders: readonly HeldBy[];
}

/** A bind mount that keeps a namespace which was there before. */
export interface LeftPin extends Thing {
  readonly kind: 'pin';
  readonly path: string;
  /** The namespace that it keeps: `net:[4026531840]`. */
  readonly keeps: string;
  /** The mount namespace in which it is; absent where nscope is in it. */
  readonly mountNamespace?: number;
}

/** A mount in the mount namespace of the caller. */
export interface LeftMount extends Thing {
  readonly kind: 'mount';
  readonly path: string;
  readonly fsType: string;
  readonly source: string;
  readonly root: string;
}

/** A file in /run/netns that leads to no namespace any more. */
export interface LeftName extends Thing {
  readonly kind: 'stale-name';
  readonly path: string;
}

export type Left = LeftProcess | LeftNamespace | LeftPin | LeftMount | LeftName;

export const leftKinds = [
  'process',
  'namespace',
  'pin',
  'mount',
  'stale-name',
] as const satisfies readonly Left['kind'][];

/** Stable codes, one for each kind. */
export function codeOf({ kind }: Left): string {
  return `left-${kind}`;
}

/** By what it is called, not yet safe for a terminal: `process 812`, `net:[4026532992]`, a path. */
export function nameOf(left: Left): string {
  if (left.kind === 'process') return `process ${left.pid}`;
  return left.kind === 'namespace' ? `${left.type}:[${left.inode}]` : left.path;
}
