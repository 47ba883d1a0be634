// What a snapshot has for the words of a target: namespaces by number, the namespace of a link, the only one of several.
import { isKnown, type Unknown } from '../../model/snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceLink,
  type NamespaceType,
  readLinkType,
} from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Workload } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { type Target, TargetError } from './target-error.ts';

/** @throws TargetError where there is none, or more than one */
export function onlyOne(word: string, targets: readonly Target[], missing: string): Target {
  const [first, second] = targets;
  if (!first) throw new TargetError('not-found', `${word}: ${missing}`);
  if (!second) return first;
  throw new TargetError('ambiguous', `"${word}" is ambiguous: ${targets.length} have this name`, {
    candidates: targets,
  });
}

export function findByInode(index: SnapshotIndex, inode: number, type: NamespaceType | undefined): Target[] {
  return toTargets(
    index.snapshot.namespaces.filter((one) => one.inode === inode && (type === undefined || one.type === type)),
  );
}

export function toWorkloads(workloads: readonly Workload[]): Target[] {
  return workloads.map((workload) => ({ kind: 'workload', workload }));
}

/** The device number of nsfs, which all namespaces share. */
export function findDevice(index: SnapshotIndex): number | undefined {
  return index.snapshot.namespaces.map(({ dev }) => dev).find(isKnown);
}

/** The namespace behind a link of a process, as the snapshot has it. */
export function followLink(index: SnapshotIndex, pid: number, link: NamespaceLink): Target {
  const process = index.process(pid);
  if (!process) throw new TargetError('not-found', `there is no process ${pid} here`);
  const inode = process.namespaces[link];
  if (!isKnown(inode)) throw notKnown(`/proc/${pid}/ns/${link}`, inode);
  const namespace = index.namespace(readLinkType(link), inode);
  if (!namespace)
    throw new TargetError(
      'not-found',
      `${formatNamespace(readLinkType(link), inode)}: no such namespace is known here`,
    );
  return { kind: 'namespace', namespace };
}

export function notKnown(path: string, unknown: Unknown): TargetError {
  const why = unknown.errno ?? unknown.detail ?? unknown.unknown;
  return unknown.unknown === 'denied'
    ? new TargetError('refused', `${path} may not be looked at (${why})`)
    : new TargetError('not-found', `${path} is not there (${why})`);
}

export function readPid(word: string, index: SnapshotIndex): number {
  return /^\d+$/.test(word) ? Number(word) : index.snapshot.host.vantage.pid;
}

export function toTargets(namespaces: readonly Namespace[]): Target[] {
  return namespaces.map((namespace) => ({ kind: 'namespace', namespace }));
}
