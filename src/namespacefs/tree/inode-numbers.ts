// st_ino of every node, from what it stands for: equal in every snapshot, and below 2^53.
import {
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
} from '../../model/snapshot/namespace-types.ts';

// Inode numbers of namespaces have 32 bits, and 16 more tell what of a namespace it is.
const slots = 0x1_0000;
const processBase = 2 ** 50;

/** What belongs to a namespace: its directory, its files, and the links that lead to it. */
export const slot = { directory: 0, file: 0x100, owned: 0x200, ownedOf: 0x300, byId: 0x400, byName: 0x500 } as const;

export function numberOf(namespaceInode: number, slotNumber: number): number {
  return namespaceInode * slots + slotNumber;
}

/** A directory or file right below the root; 1 is the root itself. */
export function numberOfTop(index: number): number {
  return 2 + index;
}

/** A directory of by-name, or of initial. */
export function numberOfTypeDirectory(kind: 'by-name', type: NamespaceType): number {
  return (kind === 'by-name' ? 0x100 : 0) + namespaceTypes.indexOf(type);
}

/** The directory of a process, or one of its links. */
export function numberOfProcess(pid: number, link?: NamespaceLink): number {
  return processBase + pid * 16 + (link === undefined ? 0 : 1 + namespaceLinks.indexOf(link));
}

const workloadBase = 2 ** 52;

/** The directory of a workload, or one of its links: a hash of its key, since nothing numbers workloads. */
export function numberOfWorkload(key: string, kind: 0 | 1): number {
  return workloadBase + hashText(key) * 2 + kind;
}

/** FNV-1a over the units of a text: 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
