// What keeps a mount, its super block or its device in use: read of this host when it is asked about, and part of no snapshot.

/** What a process keeps it by. */
export type MountUseKind =
  | 'open-file'
  | 'bound-socket'
  | 'in-flight'
  | 'open-device'
  | 'cwd'
  | 'root'
  | 'program'
  | 'mapped-file';

/** `detached`: taken off by a lazy unmount. `anonymous`: in a tree that was never attached. `internal`: the kernel's own. */
export type MountUseState = 'mounted' | 'detached' | 'internal' | 'anonymous';

/** One thing of a process that lies on a mount. */
export interface MountUse {
  readonly kind: MountUseKind;
  readonly pid: number;
  /** The thread, where it has this of its own; else equal to `pid`. */
  readonly tid: number;
  /** The descriptor; of what waits in a queue, that of the socket. */
  readonly fd?: number;
  /** major:minor of the super block, or of the open device. */
  readonly device: string;
  /** The id in mountinfo; of an open device none. */
  readonly mount?: number;
  readonly state?: MountUseState;
  /** The inode of the mount namespace that the mount is in, where the kernel told. */
  readonly mountNamespace?: number;
  /** The inode of a bound socket. */
  readonly socket?: number;
  /** What it is called from where nscope is: text of the links in /proc. */
  readonly path?: string;
  readonly isDirectory: boolean;
  /** Opened with O_PATH. */
  readonly isPathOnly: boolean;
}

/** What the kernel itself keeps a file system or a block device by. */
export interface Keeper {
  readonly kind: 'overlay' | 'loop' | 'swap' | 'stacked' | 'partition' | 'file-system' | 'export';
  /** major:minor of the super block or block device that it keeps. */
  readonly on: string;
  /** The mount through which it keeps it, by its id in mountinfo: not of an overlay, which has clones of its own. */
  readonly mount?: number;
  /** major:minor of what it makes: the overlay, the file system, or the block device. */
  readonly device?: string;
  /** `/dev/loop3`, `/swapfile`; of an overlay or a file system its source; to whom a directory is exported. */
  readonly name: string;
  /** The layer, the file that is the device, or the exported directory. */
  readonly path?: string;
  /** Of a file system what it has of the device: `part` of its data, or its `log`. */
  readonly role?: 'part' | 'log';
  /** Of a device that is kept as a part of a whole one: the name of that. */
  readonly whole?: string;
  /** Of a loop device: whether it is given back with its last use. */
  readonly isAutoclear?: boolean;
  /** How it is taken apart: by a name for a program, or by a file in which that is written. */
  readonly takenApart?:
    | { readonly by: 'dmsetup' | 'mdadm' | 'exportfs'; readonly name: string }
    | { readonly by: 'bcache' | 'nfsd'; readonly file: string };
  /** Whether what it keeps was concluded from the text of its path alone. */
  readonly isInferred: boolean;
}

/** What was read for one question. */
export interface BusyEvidence {
  readonly uses: readonly MountUse[];
  readonly keepers: readonly Keeper[];
  /** What was not looked at, each a clause with its reason. */
  readonly unseen: readonly string[];
}
