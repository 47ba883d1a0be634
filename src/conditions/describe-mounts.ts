// What the lines of one mountinfo say to verdicts: procfs and sysfs, propagation, pinned namespaces, directories of the host.
import type { Known } from '../model/snapshot/known.ts';
import type { MountView } from '../model/snapshot/schema.ts';
import { type MountLine, readPropagationGroup } from '../parse/proc/mountinfo.ts';
import { parseNamespaceName } from '../parse/proc/namespace-name.ts';
import { findRoot, type HostMounts, isSameRoot } from './host-mounts.ts';
import { MountTree } from './mount-tree.ts';

interface DescribedMounts {
  readonly inode: number;
  readonly pid: number;
  readonly lines: readonly MountLine[];
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
export function describeMounts({ inode, pid, lines, cut, host, procfs }: DescribedMounts): Draft {
  const tree = new MountTree(lines);
  let more = false;
  const list = <T>(mounts: readonly MountLine[], describe: (mount: MountLine) => T | undefined): T[] => {
    const found: T[] = [];
    for (const mount of mounts) {
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
    lines.filter((line) => line.fsType === type && line.root === '/' && tree.isVisible(line));
  const draft: Draft = {
    inode,
    pid,
    count: lines.length,
    hostRoot: host === undefined || isSameRoot(findRoot(lines), host.root),
    proc: list(wholeAndVisible('proc'), (mount) => ({
      path: mount.mountPoint,
      pidNamespace: procfs.get(mount.device) ?? notSeen,
      readOnly: isReadOnly(mount),
      covered: list(lines, ({ mountPoint }) => (isBelow(mountPoint, mount.mountPoint) ? mountPoint : undefined)),
    })),
    sys: list(wholeAndVisible('sysfs'), (mount) => ({ path: mount.mountPoint, readOnly: isReadOnly(mount) })),
    shared: list(lines, ({ mountPoint, propagation }) => {
      const peerGroup = readPropagationGroup(propagation, 'shared');
      return peerGroup === 0 ? undefined : { path: mountPoint, peerGroup, with: [] };
    }),
    receives: list(lines, ({ mountPoint, propagation }) => {
      const peerGroup = readPropagationGroup(propagation, 'master');
      return peerGroup === 0 ? undefined : { path: mountPoint, peerGroup, from: [] };
    }),
    pins: list(lines, (mount) => describePin(mount, tree)),
    hostDirectories: host
      ? list(lines, (mount) =>
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

function describePin(mount: MountLine, tree: MountTree): MountView['pins'][number] | undefined {
  const bound = mount.fsType === 'nsfs' ? parseNamespaceName(mount.root.replace(/^\//, '')) : undefined;
  if (!bound) return undefined;
  const parent = tree.parentOf(mount);
  return {
    path: mount.mountPoint,
    type: bound.type,
    inode: bound.inode,
    propagates: parent !== undefined && /\b(?:shared|master):/.test(parent.propagation.join(' ')),
    unbindable: tree.isUnbindable(mount),
    ...(parent && {
      on: { device: parent.device, source: joinPath(parent.root, relate(mount.mountPoint, parent.mountPoint)) },
    }),
  };
}

/** The mount or, whatever the mount says, its file system. */
function isReadOnly({ options, superOptions }: MountLine): boolean {
  return /^ro(?:,|$)/.test(options) || /^ro(?:,|$)/.test(superOptions);
}

function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

function relate(path: string, directory: string): string {
  return directory === '/' ? path : path.slice(directory.length);
}

function joinPath(root: string, rest: string): string {
  return root === '/' ? rest : `${root}${rest}`;
}
