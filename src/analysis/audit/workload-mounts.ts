// What a workload sees of the host by its mounts: what of /proc is masked, whether /sys is writable, what of the host's files.
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { MountView } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import type { WorkloadPlace } from './workload-places.ts';

/** Of all its mount namespaces together; the least restricted counts. */
export interface MountFacts {
  /**
   * `masked`: the kernel's settings and what leads to its memory are covered. `partly`: some of them. `bare`: none.
   * `host`: the files of the host. `none`: no procfs is mounted.
   */
  readonly proc: 'masked' | 'partly' | 'bare' | 'host' | 'none';
  /** What engines cover and is not covered, as /proc/sys. */
  readonly exposedProc: readonly string[];
  readonly sys: 'read-only' | 'writable' | 'host' | 'none';
  readonly hostMounts: readonly HostMount[];
  /** Where new mounts propagate from it to other mount namespaces. */
  readonly propagates: readonly string[];
}

/** A file or directory of the host that is mounted in it. */
export interface HostMount {
  readonly path: string;
  /** Where it lies in the tree of its file system. */
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
const asHost: MountFacts = { proc: 'host', exposedProc: [], sys: 'host', hostMounts: [], propagates: [] };

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
    propagates: own.flatMap(({ shared }) =>
      shared.filter((one) => one.with.some((inode) => !inodes.includes(inode))).map(({ path }) => path),
    ),
  };
}

/** What every engine covers or makes read-only: the kernel's settings, its keys of SysRq, its memory. */
const guarded = ['sys', 'sysrq-trigger', 'kcore'];

function listExposed({ proc }: MountView): string[] {
  return proc.flatMap(({ path, readOnly, covered }) =>
    guarded
      .map((name) => `${path}/${name}`)
      .filter((file) => !covered.includes(file) && (!readOnly || file.endsWith('/kcore'))),
  );
}

function judgeProc(views: readonly MountView[], exposed: readonly string[]): MountFacts['proc'] {
  const mounted = views.reduce((count, { proc }) => count + proc.length, 0);
  if (mounted === 0) return 'none';
  if (exposed.length === mounted * guarded.length) return 'bare';
  return exposed.some((path) => path.endsWith('/sys') || path.endsWith('/sysrq-trigger')) ? 'partly' : 'masked';
}

/** Engines mount it at /sys; parts of it that are writable below that are not the whole. */
function judgeSys(views: readonly MountView[]): MountFacts['sys'] {
  const mounts = views.flatMap(({ sys }) => sys);
  const whole = mounts.filter(({ path }) => path === '/sys');
  const judged = whole.length > 0 ? whole : mounts;
  if (judged.length === 0) return 'none';
  return judged.some(({ readOnly }) => !readOnly) ? 'writable' : 'read-only';
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

function judgeMount({ path, source, readOnly }: MountView['hostDirectories'][number]): HostMount {
  const isSensitive = sensitive.has(source) && !kernelOwn.test(path);
  const kind = engineSocket.test(source) ? 'engine-socket' : isSensitive ? 'sensitive' : 'plain';
  return { path, source, readOnly, kind };
}
