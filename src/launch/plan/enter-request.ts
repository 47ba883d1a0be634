// What `enter` is asked to enter, and what else to take from the target.
import type { Entrance } from './join-order.ts';

/** Whose: that of the process that is the target, or nscope's own. */
export const sides = ['target', 'caller'] as const;
type Side = (typeof sides)[number];

/** Also root of the user namespace that is entered. */
export const credentialKinds = ['target', 'caller', 'root'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** A process from which things other than namespaces are taken. */
export interface TargetProcess {
  readonly pid: number;
  /** When it started, where it was found by a name: whoever has its PID since then is another. */
  readonly startTimeTicks: number | undefined;
}

export interface EnterRequest {
  /** Open namespaces, of each type one at most. */
  readonly entrances: readonly Entrance[];
  readonly process: TargetProcess | undefined;
  /** A process in the user namespace that is entered, where one is known: its maps say who one can be there. */
  readonly userMember: number | undefined;
  /** Undefined: what is usual. */
  readonly root: Side | undefined;
  readonly cwd: Side | undefined;
  readonly env: Side | undefined;
  readonly credentials: CredentialKind | undefined;
  /** Whether the command is a child born in the pid namespace; else only its children will be in it. */
  readonly fork: boolean;
  /** Descriptors above 2 that the command gets. */
  readonly inherited: readonly number[];
}
