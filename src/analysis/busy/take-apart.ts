// The command by which the kernel gives up one thing that it keeps, once what is made of it is free: losetup(8), swapoff(8),
// dmsetup(8), mdadm(8), exportfs(8), bcache.rst of the kernel's Documentation/
import type { Keeper } from '../../model/evidence/mount-use.ts';
import { formatCommand } from '../release/shell-words.ts';

interface Removal {
  /** Null where there is none. */
  readonly command: string | null;
  /** What the command does, or what must happen. */
  readonly what: string;
}

/** Undefined for what goes with the mounts that are made of it. */
export function planRemoval({ kind, name, path, device, takenApart }: Keeper): Removal | undefined {
  switch (kind) {
    case 'overlay':
    case 'partition':
      return undefined;
    case 'file-system':
      return device === undefined
        ? { command: null, what: `${name} lies on it, and is in use without a mount that was seen` }
        : undefined;
    case 'swap':
      return { command: formatCommand(['swapoff', name]), what: `the kernel no longer swaps to ${name}` };
    case 'loop':
      return { command: formatCommand(['losetup', '-d', name]), what: `gives back ${name}` };
    default: {
      const command = takenApart && formatRemoval(takenApart);
      if (command === undefined) return { command: null, what: `${name} is made of it, and must be taken apart first` };
      return { command, what: kind === 'export' ? `${path} is no longer exported` : `takes ${name} apart` };
    }
  }
}

function formatRemoval(way: NonNullable<Keeper['takenApart']>): string {
  switch (way.by) {
    case 'dmsetup':
      return formatCommand(['dmsetup', 'remove', way.name]);
    case 'mdadm':
      return formatCommand(['mdadm', '--stop', `/dev/${way.name}`]);
    case 'exportfs':
      return formatCommand(['exportfs', '-u', way.name]);
    case 'bcache':
      return `echo 1 >${formatCommand([way.file])}`;
    case 'nfsd':
      return `date +%s >${formatCommand([way.file])}`;
  }
}
