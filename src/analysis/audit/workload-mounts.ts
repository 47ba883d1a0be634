// What a workload sees of the host by its mounts: what of /proc is masked, whether /sys is writable, what of the host's files.
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { MountView } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import type { WorkloadPlace } from './workload-places.ts';

/** Of all its mount namespaces together; the least restricted counts. */
export interface MountFacts {
  /**
   * `masked`: the settings of the kernel below /proc/sys are covered, or cannot be written. `partly`: they are not, and
   * others are, or those of another procfs are. `bare`: nothing is. `host`: the files of the host. `none`: no procfs.
   */
  readonly proc: 'masked' | 'partly' | 'bare' | 'host' | 'none';
  /** Where settings of the kernel can be reached, as /proc/sys. */
  readonly exposedProc: readonly string[];
  readonly sys: 'read-only' | 'writable' | 'host' | 'none';
  readonly hostMounts: readonly HostMount[];
  /** Where new mounts propagate from it to other mount namespaces. */
  readonly propagates: readonly string[];
  /** Whether its root directory is that of the host. */
  readonly hasHostRoot: boolean;
  /** Why there may be more of all this than was read; undefined where there is not. */
  readonly cut: string | undefined;
}

/** A file or directory of the host that is mounted in it. */
export interface HostMount {
  readonly path: string;
  /** Where the host has it; where it has only other parts of that file system, the path there and the device. */
  readonly source: string;
  readonly readOnly: boolean;
  /** Whether it lets a container change or read the host as a whole. */
  readonly kind: 'sensitive' | 'engine-socket' | 'plain';
}

/** By inode number what was read of mount namespaces, or why nothing was. */
export function indexMountViews({ snapshot }: SnapshotIndex): Known<ReadonlyMap<number, MountView>> {
  const views = snapshot.conditions?.mountViews ?? notInSnapshot;
  return isKnown(views) ? new Map(views.map((view) => [view.inode, view])) : views;
}

const notInSnapshot: Unknown = Object.freeze({ unknown: 'not-asked', detail: 'the snapshot has no views of mounts' });
const notRead: Unknown = Object.freeze({
  unknown: 'denied',
  detail: 'the mounts of its mount namespace were not read',
});

/** A workload in the host's mount namespace sees what the host sees. */
const asHost: MountFacts = {
  proc: 'host',
  exposedProc: [],
  sys: 'host',
  hostMounts: [],
  propagates: [],
  hasHostRoot: true,
  cut: undefined,
};

/** @param mnt - where the workload is, of that type */
export function readMountFacts(
  { verdict, inodes }: WorkloadPlace,
  views: Known<ReadonlyMap<number, MountView>>,
): Known<MountFacts> {
  if (!isKnown(verdict)) return verdict;
  if (verdict === 'host' || verdict === 'partly') return asHost;
  if (!isKnown(views)) return views;
  const own = inodes.flatMap((inode) => views.get(inode) ?? []);
  if (own.length < inodes.length || own.length === 0) return notRead;
  const exposed = own.flatMap(listExposed);
  const hostMounts = own.flatMap(({ hostDirectories }) => hostDirectories.map(judgeMount));
  return {
    proc: judgeProc(own, exposed),
    exposedProc: [...new Set(exposed)],
    sys: judgeSys(own),
    hostMounts,
    hasHostRoot: own.some(({ hostRoot }) => hostRoot),
    cut: own.find(({ cut }) => cut !== undefined)?.cut,
    propagates: own.flatMap(({ shared }) =>
      shared.filter((one) => one.with.some((inode) => !inodes.includes(inode))).map(({ path }) => path),
    ),
  };
}

/** Of what engines cover only the settings are there on every kernel: what is not there is not covered either. */
function listExposed({ proc }: MountView): string[] {
  return proc.flatMap(({ path, readOnly, covered }) => {
    const settings = `${path}/sys`;
    return readOnly || covered.includes(settings) ? [] : [settings];
  });
}

const alsoGuarded = ['sysrq-trigger', 'kcore', 'keys', 'timer_list'];

function judgeProc(views: readonly MountView[], exposed: readonly string[]): MountFacts['proc'] {
  const mounts = views.flatMap(({ proc }) => proc);
  if (mounts.length === 0) return 'none';
  if (exposed.length === 0) return 'masked';
  const coversSome = mounts.some(({ path, covered }) =>
    alsoGuarded.some((name) => covered.includes(`${path}/${name}`)),
  );
  return coversSome || exposed.length < mounts.length ? 'partly' : 'bare';
}

/** Wherever it is mounted whole: what is writable there is the kernel's, as at /sys. */
function judgeSys(views: readonly MountView[]): MountFacts['sys'] {
  const mounts = views.flatMap(({ sys }) => sys);
  if (mounts.length === 0) return 'none';
  return mounts.some(({ readOnly }) => !readOnly) ? 'writable' : 'read-only';
}

/** What the benchmark for Docker calls sensitive, and where engines and users keep what is theirs. */
const sensitive = new Set([
  ...['/', '/boot', '/dev', '/etc', '/lib', '/lib64', '/proc', '/sys', '/usr', '/usr/lib', '/usr/bin', '/bin', '/sbin'],
  ...['/root', '/home', '/run', '/var', '/var/run', '/var/lib', '/var/lib/docker', '/var/lib/containers'],
  ...['/var/lib/containerd', '/var/lib/kubelet', '/etc/kubernetes', '/etc/shadow', '/etc/passwd'],
]);

const engineSocket = /\/(?:docker|containerd|podman|crio|cri-dockerd|buildkitd)\.sock$/;

/** Parts of these are mounted in any container, and are of a file system that the host has as well. */
const kernelOwn = /^\/(?:proc|sys)(?:\/|$)|^\/dev\//;

function judgeMount({ path, source, hostPath, device, readOnly }: MountView['hostDirectories'][number]): HostMount {
  // A snapshot of an earlier version has the path in the file system's own tree alone.
  const outside = hostPath === undefined ? source : hostPath;
  const isSensitive = (source === '/' || sensitive.has(outside ?? '')) && !kernelOwn.test(path);
  const kind = engineSocket.test(outside ?? source) ? 'engine-socket' : isSensitive ? 'sensitive' : 'plain';
  return { path, source: outside ?? `${source} of ${device}`, readOnly, kind };
}
