// What the mounts of one mount namespace say to verdicts: procfs and sysfs, propagation, pinned namespaces, directories of the host.
import { joinPath, type MountLayout, relate } from '../model/derived/mount-layout.ts';
import type { Known } from '../model/snapshot/known.ts';
import type { Mount, MountView } from '../model/snapshot/schema.ts';
import { parseNamespaceName } from '../parse/proc/namespace-name.ts';
import { type HostMounts, isSameRoot } from './host-mounts.ts';

interface DescribedMounts {
  readonly inode: number;
  readonly pid: number;
  readonly layout: MountLayout;
  /** Those of the layout that a process in it sees. */
  readonly mounts: readonly Mount[];
  readonly cut: string | undefined;
  /** Undefined where these are the host's. */
  readonly host: HostMounts | undefined;
  /** The pid namespace that each procfs shows, by device. */
  readonly procfs: ReadonlyMap<string, number>;
}

type Draft = { -readonly [Field in keyof MountView]: MountView[Field] };

const maxListed = 200;
const elsewhere = new Set(['proc', 'sysfs', 'nsfs', 'mqueue', 'cgroup', 'cgroup2']);

/** @returns with `with` and `from` empty: only all views together tell them */
export function describeMounts({ inode, pid, layout, mounts, cut, host, procfs }: DescribedMounts): Draft {
  let more = false;
  const list = <T>(all: readonly Mount[], describe: (mount: Mount) => T | undefined): T[] => {
    const found: T[] = [];
    for (const mount of all) {
      const one = describe(mount);
      if (one === undefined) continue;
      if (found.length === maxListed) {
        more = true;
        break;
      }
      found.push(one);
    }
    return found;
  };
  const wholeAndVisible = (type: string) =>
    mounts.filter((mount) => mount.fsType === type && mount.root === '/' && !layout.coveredBy(mount));
  const draft: Draft = {
    inode,
    pid,
    count: mounts.length,
    hostRoot: host === undefined || isSameRoot(layout.root, host.root),
    proc: list(wholeAndVisible('proc'), (mount) => ({
      path: mount.mountPoint,
      pidNamespace: procfs.get(mount.device) ?? notSeen,
      readOnly: isReadOnly(mount),
      covered: list(mounts, ({ mountPoint }) => (isBelow(mountPoint, mount.mountPoint) ? mountPoint : undefined)),
    })),
    sys: list(wholeAndVisible('sysfs'), (mount) => ({ path: mount.mountPoint, readOnly: isReadOnly(mount) })),
    shared: list(mounts, ({ mountPoint, peerGroup }) =>
      peerGroup === undefined ? undefined : { path: mountPoint, peerGroup, with: [] },
    ),
    receives: list(mounts, ({ mountPoint, master }) =>
      master === undefined ? undefined : { path: mountPoint, peerGroup: master, from: [] },
    ),
    pins: list(mounts, (mount) => describePin(mount, layout)),
    hostDirectories: host
      ? list(mounts, (mount) =>
          mount.mountPoint === '/' || elsewhere.has(mount.fsType) || !host.has(mount)
            ? undefined
            : {
                path: mount.mountPoint,
                source: mount.root,
                hostPath: host.findPath(mount),
                device: mount.device,
                readOnly: isReadOnly(mount),
              },
        )
      : [],
  };
  const why = cut ?? (more ? `there are more than ${maxListed} mounts of a kind` : undefined);
  if (why !== undefined) draft.cut = why;
  return draft;
}

const notSeen: Known<number> = Object.freeze({
  unknown: 'unsupported',
  detail: 'which pid namespace a procfs shows is known by BPF alone',
} as const);

function describePin(mount: Mount, layout: MountLayout): MountView['pins'][number] | undefined {
  const bound = mount.fsType === 'nsfs' ? parseNamespaceName(mount.root.replace(/^\//, '')) : undefined;
  if (!bound) return undefined;
  const parent = layout.parentOf(mount);
  return {
    path: mount.mountPoint,
    type: bound.type,
    inode: bound.inode,
    propagates: parent?.peerGroup !== undefined || parent?.master !== undefined,
    unbindable: [...layout.listUp(mount)].some(({ unbindable }) => unbindable),
    ...(parent && {
      on: { device: parent.device, source: joinPath(parent.root, relate(mount.mountPoint, parent.mountPoint)) },
    }),
  };
}

/** The mount or, whatever the mount says, its file system. */
function isReadOnly({ options, superOptions }: Mount): boolean {
  return options[0] === 'ro' || superOptions[0] === 'ro';
}

function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
