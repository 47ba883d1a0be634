// Commands that unmount: the mount and the file by which a namespace has a name, and any mount of another mount namespace.
// umount(8), nsenter(1)
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { formatCommand } from '../release/shell-words.ts';
import { nameHoldersCommand } from './describe-namespace.ts';
import type { Fix } from './finding.ts';

interface Pin {
  readonly path: string;
  /** The inode of the mount namespace in which it is; undefined where that is not known. */
  readonly mountNamespace: number | undefined;
}

/**
 * One after the other. A copy in another mount namespace goes along where unmounts reach it, and is left out: there would
 * be nothing left to unmount.
 */
export function planUnpins(pins: readonly Pin[], namespace: Namespace, index: SnapshotIndex): Fix[] {
  const own = index.snapshot.host.vantage.namespaces.mnt;
  const isOwn = ({ mountNamespace }: Pin) => mountNamespace === undefined || (isKnown(own) && own === mountNamespace);
  const here = new Set(pins.filter(isOwn).map(({ path }) => path));
  return pins
    .filter((pin) => isOwn(pin) || !here.has(pin.path) || !isReached(pin, namespace, index))
    .map((pin) => planUnpin(pin, namespace, index));
}

/** Whether the mount that it lies on is shared or a slave. */
function isReached({ path, mountNamespace }: Pin, { type, inode }: Namespace, { snapshot }: SnapshotIndex): boolean {
  const views = snapshot.conditions?.mountViews;
  const view = views && isKnown(views) ? views.find((one) => one.inode === mountNamespace) : undefined;
  return (
    view?.pins.some((pin) => pin.path === path && pin.type === type && pin.inode === inode && pin.propagates) ?? false
  );
}

/** In the mount namespace of the reader by path; in another through a process of it, whose file stays as it is. */
export function planUnpin({ path, mountNamespace }: Pin, namespace: Namespace, index: SnapshotIndex): Fix {
  const own = index.snapshot.host.vantage.namespaces.mnt;
  if (mountNamespace === undefined || (isKnown(own) && own === mountNamespace))
    return {
      text: 'unmount it and remove its file',
      command: `${formatCommand(['umount', '--', path])} && ${formatCommand(['rm', '--', path])}`,
    };
  const member = index.membersOf('mnt', mountNamespace).find(({ pid, tid, state }) => pid === tid && state !== 'Z');
  if (!member)
    return {
      text: `it is mounted in mnt:[${mountNamespace}], where no process is: ${nameHoldersCommand(namespace)} says what can be done`,
    };
  return {
    text: `unmount it in mnt:[${mountNamespace}], where process ${member.pid} (${member.comm}) is`,
    command: formatCommand(['nsenter', `--mount=/proc/${member.pid}/ns/mnt`, 'umount', '--', path]),
  };
}

/** Unmounts what a process has on a path, with the umount of the host: that mount namespace may have none. */
export function formatUnmountOf(pid: number, path: string): string {
  const enter = ['nsenter', `--mount=/proc/${pid}/ns/mnt`, '--root=/'];
  return formatCommand([...enter, 'umount', '-cin', `/proc/${pid}/root${path}`]);
}
