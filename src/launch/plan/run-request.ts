// What `run` is asked to make.
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';

/** What becomes of mounts between the new mount namespace and the one it is copied from: mount_namespaces(7). */
export const propagations = ['private', 'slave', 'shared', 'unchanged'] as const;
export type Propagation = (typeof propagations)[number];

/** Which ids of the new user namespace are which ids outside of it. */
export type MapRequest =
  | { readonly kind: 'none' }
  /** One user and one group, standing for the caller. */
  | { readonly kind: 'one'; readonly uid: number; readonly gid: number }
  /** The caller, and the ids that /etc/subuid and /etc/subgid give to it. */
  | { readonly kind: 'auto'; readonly uid: number; readonly gid: number };

/** A bind mount that keeps a namespace. */
export interface Pin {
  readonly type: NamespaceType;
  readonly path: string;
  /** Made where it is not there, as the one directory of several pins; its own parents must be there. */
  readonly directory?: string;
}

export interface RunRequest {
  readonly types: ReadonlySet<NamespaceType>;
  readonly maps: MapRequest;
  readonly propagation: Propagation;
  readonly mountProc: boolean;
  readonly loopback: boolean;
  readonly hostname?: string;
  /** Seconds that the clocks of the new time namespace are ahead. */
  readonly monotonic?: string;
  readonly boottime?: string;
  readonly workdir?: string;
  readonly pins: readonly Pin[];
  readonly init: boolean;
}
