// Mount namespaces that are pinned where engines bind directories: a copy of the tree is refused with ELOOP.

import { findHostInode } from '../../model/derived/host-inode.ts';
import type { MountView } from '../../model/snapshot/schema.ts';
import type { Rule } from '../findings/rule.ts';
import { formatCommand } from '../release/shell-words.ts';

type Pin = MountView['pins'][number];

const maxNamed = 5;

export const nsfsBelowBind: Rule<'mountViews'> = {
  code: 'nsfs-below-bind',
  severity: 'note',
  title: 'mount namespaces pinned below directories that engines bind recursively',
  means:
    'An engine that copies a directory above the pin with all that is mounted below, and moves the copy into a newer mount namespace, is refused with ELOOP. A volume of "/" or /run then fails.',
  needs: ['mountViews'],
  find({ snapshot, index, conditions }, report) {
    const hosts = findHostInode(snapshot, 'mnt');
    const view = conditions.mountViews.find(({ inode }) => inode === hosts);
    if (!view) {
      report.undecided("the mounts of the host's mount namespace were not read");
      return;
    }
    const pins = view.pins.filter(({ type, unbindable }) => type === 'mnt' && !unbindable);
    const [first] = pins;
    if (!first) return;
    const binding = findBinding(conditions.mountViews, pins).flatMap(({ inode, path }) => {
      const [workload] = index.workloadsOf('mnt', inode) ?? [];
      return `${workload ? `${workload.engine}:${workload.name}` : `mnt:[${inode}]`} has a directory above one of them mounted on ${path}`;
    });
    const enter = snapshot.host.vantage.namespaces.mnt === hosts ? [] : ['nsenter', `--mount=/proc/${view.pid}/ns/mnt`];
    const commands = pins.slice(0, 20).map(({ path }) => formatCommand([...enter, 'mount', '--make-unbindable', path]));
    report.add({
      severity: 'note',
      subjects: pins.flatMap(({ path, inode }) => [
        { kind: 'path', path },
        { kind: 'namespace', type: 'mnt', inode },
      ]),
      says:
        pins.length === 1
          ? `mnt:[${first.inode}] is pinned on ${first.path}, where a recursive bind of a directory above may fail with ELOOP`
          : `${pins.length} mount namespaces are pinned where a recursive bind of a directory above may fail with ELOOP`,
      seen: [
        ...pins
          .slice(0, maxNamed)
          .map(({ path, inode }) => `mnt:[${inode}] is mounted on ${path}, and is not unbindable`),
        ...(pins.length > maxNamed ? [`${pins.length - maxNamed} more`] : []),
        ...binding.slice(0, maxNamed),
      ],
      fixes: [
        { text: 'make the pins unbindable: recursive binds then leave them out', command: commands.join(' && ') },
      ],
    });
  },
};

/** Directories of the host, in other mount namespaces, that lie above a pin. */
function findBinding(views: readonly MountView[], pins: readonly Pin[]): { inode: number; path: string }[] {
  const above = new Set<string>();
  for (const { on } of pins) if (on) for (const source of listAbove(on.source)) above.add(`${on.device} ${source}`);
  return views.flatMap(({ inode, hostRoot, hostDirectories }) => {
    const found = hostRoot ? undefined : hostDirectories.find((one) => above.has(`${one.device} ${one.source}`));
    return found ? [{ inode, path: found.path }] : [];
  });
}

function listAbove(path: string): string[] {
  const above = ['/'];
  for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) above.push(path.slice(0, end));
  return above;
}
