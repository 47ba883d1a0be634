// What is to be said of one mount: what it hides, with whom it shares events, where its directory lies on the host.

import type { MountLayout } from '../../model/derived/mount-layout.ts';
import type { Mount } from '../../model/snapshot/schema.ts';
import type { MountTables } from './mount-tables.ts';
import { listPaths } from './translate-path.ts';

/** As findmnt(8) and mount_namespaces(7) call it: "private", "shared:5", "slave:2 shared:5", "unbindable". */
export function describePropagation({ peerGroup, master, propagateFrom, unbindable }: Mount): string {
  const words = [
    ...(master === undefined ? [] : [`slave:${master}`]),
    ...(propagateFrom === undefined ? [] : [`from:${propagateFrom}`]),
    ...(peerGroup === undefined ? [] : [`shared:${peerGroup}`]),
    ...(unbindable ? ['unbindable'] : []),
  ];
  return words.length === 0 ? 'private' : words.join(' ');
}

/** The mount namespaces that have other mounts of a group, each once, by inode; the own one first where it has some. */
export function listGroup(tables: MountTables, peerGroup: number | undefined, mount: Mount, own: number): number[] {
  const inodes = new Set<number>();
  for (const member of tables.membersOf(peerGroup)) if (member.mount !== mount) inodes.add(member.inode);
  return [...inodes].sort((a, b) => Number(b === own) - Number(a === own) || a - b);
}

/** `mount`: this mount alone is read-only; `file-system`: all mounts of the file system. */
export function judgeReadOnly({ options, superOptions }: Mount): 'no' | 'mount' | 'file-system' | 'both' {
  const [one, all] = [options[0] === 'ro', superOptions[0] === 'ro'];
  return one ? (all ? 'both' : 'mount') : all ? 'file-system' : 'no';
}

/**
 * Where what is mounted lies otherwise: the path by which the host, or for its own mounts another mount of the same
 * mount namespace, leads to the same directory or file; undefined where none does.
 */
export function findOrigin(mount: Mount, layout: MountLayout, host: MountLayout | undefined): string | undefined {
  if (!host) return undefined;
  let tried = 0;
  for (const { path, coveredBy } of listPaths({ device: mount.device, path: mount.root }, host, layout === host)) {
    if (!coveredBy) return path;
    if (++tried === maxTried) return undefined;
  }
  return undefined;
}

/** Of thousands of mounts of one directory no more are looked at. */
const maxTried = 100;
