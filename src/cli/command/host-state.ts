// The state of this host that ci compares: a snapshot, the mounts where nscope is, and the files of ip netns.
import type { HostState } from '../../analysis/leaks/find-left.ts';
import type { MountPoint } from '../../analysis/leaks/left-mounts.ts';
import { readTextFile } from '../../kernel/files/files.ts';
import { readNetnsFiles } from '../../kernel/nsfs/netns-names.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';

/** The rest of a state, read just now. */
export function readState(snapshot: Snapshot): HostState {
  return { snapshot, mounts: readOwnMounts(), staleNames: readStaleNames() };
}

export function readOwnMounts(): MountPoint[] {
  const text = readTextFile('/proc/self/mountinfo');
  return parseMountinfo(isKnown(text) ? text : '').map(({ device, root, mountPoint, fsType, source }) => ({
    device,
    root,
    mountPoint,
    fsType,
    source,
  }));
}

/** What is there and cannot be looked at is not called stale. */
function readStaleNames(): string[] {
  const found = readNetnsFiles();
  const files = isKnown(found) ? found.files : [];
  return files.flatMap(({ path, named }) => (!isKnown(named) && named.errno === 'ENOTTY' ? [path] : []));
}
