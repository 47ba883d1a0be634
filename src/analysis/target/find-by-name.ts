// What is called by a name: namespaces, hosts, workloads and processes.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process, Workload } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { findWorkloadsByName } from '../listing/workloads.ts';
import { explainPath, pathOfName } from './explain-path.ts';
import { findByInode, findDevice, followLink, onlyOne, readPid, toTargets, toWorkloads } from './find-in-snapshot.ts';
import { unknownPrefix } from './parse-target.ts';
import { type IdentifyPath, type Target, TargetError } from './target-error.ts';

/**
 * What a bare name leads to. All kinds of things are looked at: anybody may give a process or a host name the name of
 * something else, so that no kind takes the place of another.
 * @throws TargetError
 */
export function findBareName(name: string, index: SnapshotIndex, identify: IdentifyPath | undefined): Target {
  const { namespaces, processes } = index.snapshot;
  const named = namespaces.filter((namespace) => hasName(namespace, name));
  const hosts = namespaces.filter((namespace) => !named.includes(namespace) && hasHostName(namespace, name));
  const workloads = findWorkloadsByName(name, undefined, index);
  const called = processes.filter(({ comm }) => comm === name);
  const targets = withoutParts(named, hosts, workloads, called);
  if (targets.length > 0) return onlyOne(name, targets, '');
  checkPrefix(name);
  throw new TargetError(
    'not-found',
    explainName(name, index, identify) ??
      `nothing is called "${name}" here: no namespace, no host, no workload and no process`,
  );
}

/**
 * What `net:blue` leads to, or `net:812` where no namespace has that name.
 * @throws TargetError
 */
export function findTypedName(
  word: string,
  name: string,
  type: NamespaceType,
  index: SnapshotIndex,
  identify: IdentifyPath | undefined,
): Target {
  const typed = index.snapshot.namespaces.filter((namespace) => namespace.type === type);
  const named = typed.filter((namespace) => hasName(namespace, name));
  const found = named.length > 0 ? named : typed.filter((namespace) => hasHostName(namespace, name));
  if (found.length > 0) return onlyOne(word, toTargets(found), '');
  if (/^(?:\d+|self)$/.test(name)) return followLink(index, readPid(name, index), type);
  checkPrefix(name);
  throw new TargetError(
    'not-found',
    (type === 'net' ? explainName(name, index, identify) : undefined) ??
      `no ${type} namespace is called "${name}" here`,
  );
}

function hasName({ names }: Namespace, name: string): boolean {
  return names.some((one) => one.name === name);
}

function hasHostName({ uts }: Namespace, name: string): boolean {
  return uts !== undefined && isKnown(uts) && uts.nodename === name;
}

/** A named network is its namespace, whatever else its processes have; the host name of a workload, and its processes, are the workload. */
function withoutParts(
  named: readonly Namespace[],
  hosts: readonly Namespace[],
  workloads: readonly Workload[],
  processes: readonly Process[],
): Target[] {
  const has = ({ namespaces }: Workload, { type, inode }: Namespace) =>
    namespaces.some((one) => one.type === type && one.inode === inode);
  const others = workloads.filter(
    (workload) => workload.kind !== 'network' || !named.some((namespace) => has(workload, namespace)),
  );
  return [
    ...toTargets(named),
    ...toTargets(hosts.filter((host) => !others.some((workload) => has(workload, host)))),
    ...toWorkloads(others),
    ...processes
      .filter(({ pid }) => !others.some(({ pids }) => pids.includes(pid)))
      .map((process): Target => ({ kind: 'process', process })),
  ];
}

/** A name may have a colon in it; what nothing is called by may be a type or an engine that does not exist. */
function checkPrefix(name: string): void {
  const prefix = /^(\w+):/.exec(name)?.[1];
  if (prefix !== undefined) throw unknownPrefix(prefix);
}

/** A name of ip-netns(8) that leads to no network namespace here. */
function explainName(name: string, index: SnapshotIndex, identify: IdentifyPath | undefined): string | undefined {
  const path = pathOfName(name);
  const identity = identify?.(path);
  if (!identity) return undefined;
  if (!isKnown(identity) || identity.dev !== findDevice(index))
    return explainPath(path, isKnown(identity) ? identity : undefined, index);
  const [found] = findByInode(index, identity.inode, undefined);
  return found?.kind === 'namespace' && found.namespace.type !== 'net'
    ? `${path} leads to ${formatNamespace(found.namespace.type, found.namespace.inode)}, which is not a network namespace`
    : undefined;
}
