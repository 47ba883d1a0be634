// What a mount namespace holds, in two figures: read when it is shown, and part of no snapshot.

export interface MountSummary {
  /** How many mounts, without the nullfs that Linux 7.0 and later put below each root. */
  readonly mounts: number;
  /** Whether who enters it finds the empty nullfs as its root: unshare(2) UNSHARE_EMPTY_MNTNS, Linux 7.1. */
  readonly nullfsRoot: boolean;
}
