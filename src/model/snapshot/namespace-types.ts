// The eight kinds of namespaces: their /proc links, clone flags and the inode numbers of the boot's own.

/** The types in the order of their names, as namespaces(7) spells their /proc links. */
export const namespaceTypes = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const;

/** One of the eight types, as the name of its link in /proc/PID/ns: namespaces(7). */
export type NamespaceType = (typeof namespaceTypes)[number];

/** The links in /proc/PID/ns: one for each type, and two for the namespaces that children will be born in. */
export const namespaceLinks = [...namespaceTypes, 'pid_for_children', 'time_for_children'] as const;

/** The name of a link in /proc/PID/ns. */
export type NamespaceLink = (typeof namespaceLinks)[number];

/** What is the same of a type on every host. */
export interface NamespaceTypeFacts {
  readonly type: NamespaceType;
  /** The constant's name and value in include/uapi/linux/sched.h. */
  readonly cloneFlag: string;
  readonly cloneValue: number;
  /** The first kernel release that had it. */
  readonly since: string;
  /** What it isolates, in the words of namespaces(7). */
  readonly isolates: string;
  /** The initial namespace's inode number where every kernel has the same: include/uapi/linux/nsfs.h, proc_ns.h before. */
  readonly initialInode?: number;
  /** The initial namespace's inode number from Linux 6.17 on. */
  readonly initialInodeSince617?: number;
}

/** What is the same on every host, by type. */
export const namespaceTypeFacts: Readonly<Record<NamespaceType, NamespaceTypeFacts>> = {
  cgroup: {
    type: 'cgroup',
    cloneFlag: 'CLONE_NEWCGROUP',
    cloneValue: 0x02000000,
    since: '4.6',
    isolates: 'cgroup root directory',
    initialInode: 0xeffffffb,
  },
  ipc: {
    type: 'ipc',
    cloneFlag: 'CLONE_NEWIPC',
    cloneValue: 0x08000000,
    since: '2.6.19',
    isolates: 'System V IPC, POSIX message queues',
    initialInode: 0xefffffff,
  },
  mnt: {
    type: 'mnt',
    cloneFlag: 'CLONE_NEWNS',
    cloneValue: 0x00020000,
    since: '2.4.19',
    isolates: 'mount points',
    initialInodeSince617: 0xeffffff8,
  },
  net: {
    type: 'net',
    cloneFlag: 'CLONE_NEWNET',
    cloneValue: 0x40000000,
    since: '2.6.24',
    isolates: 'network devices, stacks, ports',
    initialInodeSince617: 0xeffffff9,
  },
  pid: {
    type: 'pid',
    cloneFlag: 'CLONE_NEWPID',
    cloneValue: 0x20000000,
    since: '2.6.24',
    isolates: 'process IDs',
    initialInode: 0xeffffffc,
  },
  time: {
    type: 'time',
    cloneFlag: 'CLONE_NEWTIME',
    cloneValue: 0x00000080,
    since: '5.6',
    isolates: 'boot and monotonic clocks',
    initialInode: 0xeffffffa,
  },
  user: {
    type: 'user',
    cloneFlag: 'CLONE_NEWUSER',
    cloneValue: 0x10000000,
    since: '3.8',
    isolates: 'user and group IDs',
    initialInode: 0xeffffffd,
  },
  uts: {
    type: 'uts',
    cloneFlag: 'CLONE_NEWUTS',
    cloneValue: 0x04000000,
    since: '2.6.19',
    isolates: 'hostname and NIS domain name',
    initialInode: 0xeffffffe,
  },
};

/** The smallest inode number that a namespace can have; a smaller number is a PID. */
export const smallestNamespaceInode = 0xeffffff8;

const typesByCloneValue = new Map(namespaceTypes.map((type) => [namespaceTypeFacts[type].cloneValue, type]));

/** Whether a word is one of the eight types. */
export function isNamespaceType(word: string): word is NamespaceType {
  return (namespaceTypes as readonly string[]).includes(word);
}

/** The type that a CLONE_NEW* value names, as NS_GET_NSTYPE and the kernel's lists give it. */
export function findTypeByCloneValue(value: number): NamespaceType | undefined {
  return typesByCloneValue.get(value);
}

/** The type of the namespace behind a link: `pid_for_children` leads to a pid namespace. */
export function readLinkType(link: NamespaceLink): NamespaceType {
  if (link === 'pid_for_children') return 'pid';
  if (link === 'time_for_children') return 'time';
  return link;
}

/** Where the files of ip-netns(8) lie, named as their network namespaces. */
export const netnsDirectory = '/run/netns';

/** The form in which the kernel prints a namespace: `net:[4026531833]`. */
export function formatNamespace(type: NamespaceType, inode: number): string {
  return `${type}:[${inode}]`;
}
