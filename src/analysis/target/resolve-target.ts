// Which namespace or process does a target lead to, in this snapshot?
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
  readLinkType,
} from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Workload } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { findWorkloadsByName, listWorkloads } from '../listing/workloads.ts';
import { explainPath, pathOfName } from './explain-path.ts';
import { parseTarget, unknownPrefix } from './parse-target.ts';
import { type Target, TargetError } from './target-error.ts';

/** Inode number and device of what a path leads to on the host of the snapshot: stat(2). */
export type IdentifyPath = (path: string) => Known<{ readonly inode: number; readonly dev: number }>;

/** The inode number of a pidfd of the process that has a PID on the host of the snapshot now, in decimal. */
export type ReadPidfdInode = (pid: number) => Known<string>;

/**
 * Looks a target up. A bare name is first that of a namespace, then a host name, then that of a workload, then the name of a process.
 * @param identify - how to ask the host about a path; without it (a snapshot from a file) paths are looked up in what the
 *   snapshot says of names and processes
 * @param readPidfdInode - how to ask the host whether a PID is still that of the process meant
 * @throws TargetError
 */
export function resolveTarget(
  word: string,
  index: SnapshotIndex,
  identify?: IdentifyPath,
  readPidfdInode?: ReadPidfdInode,
): Target {
  const query = parseTarget(word);
  switch (query.form) {
    case 'inode':
      return onlyOne(word, findByInode(index, query.inode, query.type), 'no such namespace is known here');
    case 'id':
      return onlyOne(
        word,
        toTargets(index.snapshot.namespaces.filter(({ id }) => id === query.id)),
        'no namespace with this id is known here',
      );
    case 'netnsid':
      return findByNetnsid(word, query.netnsid, index);
    case 'pid':
      if (query.pidfdInode !== undefined) verifyProcess(word, query.pid, query.pidfdInode, readPidfdInode);
      return findProcess(index, query.pid, identify);
    case 'self':
      return findProcess(index, index.snapshot.host.vantage.pid);
    case 'path':
      return findByPath(query.path, index, identify);
    case 'workload':
      return findWorkload(word, query.name, query.engine, index);
    case 'name':
      return findByName(word, query.name, query.type, index, identify);
  }
}

function onlyOne(word: string, targets: readonly Target[], missing: string): Target {
  const [first, second] = targets;
  if (!first) throw new TargetError('not-found', `${word}: ${missing}`);
  if (!second) return first;
  throw new TargetError('ambiguous', `"${word}" is ambiguous: ${targets.length} have this name`, {
    candidates: targets,
  });
}

function findByInode(index: SnapshotIndex, inode: number, type: NamespaceType | undefined): Target[] {
  return toTargets(
    index.snapshot.namespaces.filter((one) => one.inode === inode && (type === undefined || one.type === type)),
  );
}

function findByNetnsid(word: string, netnsid: number, index: SnapshotIndex): Target {
  const nets = index.snapshot.namespaces.filter(({ type }) => type === 'net');
  const found = nets.filter((one) => one.netnsid === netnsid);
  const unknown = nets.filter((one) => one.netnsid === undefined || !isKnown(one.netnsid)).length;
  const doubt = unknown === 0 ? '' : `; of ${unknown} the number is not known`;
  const own = index.snapshot.host.vantage.namespaces.net;
  const where = isKnown(own) ? formatNamespace('net', own) : "nscope's network namespace";
  return onlyOne(
    word,
    toTargets(found),
    `${where} has this number for no network namespace that is known here${doubt}`,
  );
}

/**
 * Whether a PID is that of the process meant, which has had it since the number of its pidfd was read.
 * @throws TargetError
 */
export function verifyProcess(word: string, pid: number, pidfdInode: string, read: ReadPidfdInode | undefined): void {
  if (!read)
    throw new TargetError('refused', `${word}: a snapshot does not say the inode numbers of pidfds: write ${pid}`);
  const inode = read(pid);
  if (!isKnown(inode)) {
    if (inode.unknown === 'gone') throw new TargetError('not-found', `there is no process ${pid} here`);
    throw new TargetError('refused', `${word}: ${inode.detail ?? `pidfd_open(2) failed (${inode.errno})`}`);
  }
  if (inode !== pidfdInode)
    throw new TargetError('not-found', `${pid} is another process by now: the inode number of its pidfd is ${inode}`);
}

function findProcess(index: SnapshotIndex, pid: number, identify?: IdentifyPath): Target {
  const process = index.process(pid);
  if (process) return { kind: 'process', process };
  // hidepid=noaccess shows the directories of processes, and nothing in them.
  const directory = identify?.(`/proc/${pid}`);
  if (directory !== undefined && isKnown(directory))
    throw new TargetError('refused', `process ${pid} is here, but may not be looked at: hidepid, or it came just now`);
  throw new TargetError('not-found', `there is no process ${pid} here`);
}

function findWorkload(word: string, name: string, engine: string, index: SnapshotIndex): Target {
  if (!isKnown(index.snapshot.workloads))
    throw new TargetError('not-found', `${word}: the snapshot does not say which workloads there were`);
  const found = findWorkloadsByName(name, engine, index);
  const others = listWorkloads(index).filter((one) => one.engine === engine);
  const names = others
    .slice(0, 8)
    .map((one) => one.name)
    .join(', ');
  const missing =
    others.length === 0
      ? `no workload of ${engine} runs here`
      : `no workload of ${engine} is called so; there are: ${names}`;
  return onlyOne(word, toWorkloads(found), others.length > 8 ? `${missing} and ${others.length - 8} more` : missing);
}

function toWorkloads(workloads: readonly Workload[]): Target[] {
  return workloads.map((workload) => ({ kind: 'workload', workload }));
}

function findByName(
  word: string,
  name: string,
  type: NamespaceType | undefined,
  index: SnapshotIndex,
  identify: IdentifyPath | undefined,
): Target {
  const { namespaces, processes } = index.snapshot;
  const typed = type === undefined ? namespaces : namespaces.filter((namespace) => namespace.type === type);
  const steps: (() => Target[])[] = [
    () => toTargets(typed.filter(({ names }) => names.some((one) => one.name === name))),
    () => toTargets(typed.filter(({ uts }) => uts !== undefined && isKnown(uts) && uts.nodename === name)),
    ...(type === undefined ? [() => toWorkloads(findWorkloadsByName(name, undefined, index))] : []),
    type === undefined
      ? () => processes.filter(({ comm }) => comm === name).map((process) => ({ kind: 'process', process }))
      : () => (/^(?:\d+|self)$/.test(name) ? [followLink(index, readPid(name, index), type)] : []),
  ];
  for (const step of steps) {
    const targets = step();
    if (targets.length > 0) return onlyOne(word, targets, '');
  }
  const prefix = /^(\w+):/.exec(name)?.[1];
  if (prefix !== undefined) throw unknownPrefix(prefix);
  const told = type === undefined || type === 'net' ? explainName(name, index, identify) : undefined;
  if (told !== undefined) throw new TargetError('not-found', told);
  throw new TargetError(
    'not-found',
    type === undefined
      ? `nothing is called "${name}" here: no namespace, no host, no workload and no process`
      : `no ${type} namespace is called "${name}" here`,
  );
}

/** A name of ip-netns(8) that leads to no network namespace here. */
function explainName(name: string, index: SnapshotIndex, identify: IdentifyPath | undefined): string | undefined {
  const path = pathOfName(name);
  const identity = identify?.(path);
  if (!identity) return undefined;
  if (!isKnown(identity) || identity.dev !== findDevice(index)) return explainPath(path, isKnown(identity), index);
  const [found] = findByInode(index, identity.inode, undefined);
  return found?.kind === 'namespace' && found.namespace.type !== 'net'
    ? `${path} leads to ${formatNamespace(found.namespace.type, found.namespace.inode)}, which is not a network namespace`
    : undefined;
}

/** The device number of nsfs, which all namespaces share. */
function findDevice(index: SnapshotIndex): number | undefined {
  return index.snapshot.namespaces.map(({ dev }) => dev).find(isKnown);
}

/** The namespace behind a link of a process, as the snapshot has it. */
function followLink(index: SnapshotIndex, pid: number, link: NamespaceLink): Target {
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

function notKnown(path: string, unknown: Unknown): TargetError {
  const why = unknown.errno ?? unknown.detail ?? unknown.unknown;
  return unknown.unknown === 'denied'
    ? new TargetError('refused', `${path} may not be looked at (${why})`)
    : new TargetError('not-found', `${path} is not there (${why})`);
}

function findByPath(written: string, index: SnapshotIndex, identify: IdentifyPath | undefined): Target {
  const process = /^\/proc\/(\d+|self)\/?$/.exec(written)?.[1];
  if (process !== undefined) return findProcess(index, readPid(process, index), identify);
  if (!identify) return findRecordedPath(written, index);
  const identity = identify(written);
  if (!isKnown(identity)) {
    const told = identity.unknown === 'gone' ? explainPath(written, false, index) : undefined;
    throw told === undefined ? notKnown(written, identity) : new TargetError('not-found', told);
  }
  const device = findDevice(index);
  if (device !== undefined && identity.dev !== device)
    throw new TargetError(
      'malformed',
      explainPath(written, true, index) ?? `${written} leads to no namespace: it is another kind of file`,
    );
  const [found] = findByInode(index, identity.inode, undefined);
  if (found) return found;
  throw new TargetError(
    'not-found',
    device === undefined
      ? `${written} leads to no namespace that is known here`
      : `${written} leads to the namespace with inode number ${identity.inode}, which was not seen: it came or went meanwhile`,
  );
}

/** Paths that the snapshot itself speaks of. */
function findRecordedPath(written: string, index: SnapshotIndex): Target {
  const path = written.replace(/\/+/g, '/').replace(/^\/var\/run\//, '/run/');
  const link = /^\/proc\/(\d+|self|thread-self)(?:\/task\/(\d+))?\/ns\/(\w+)$/.exec(path);
  if (link) {
    const [, pid = '', tid, name = ''] = link;
    if (!(namespaceLinks as readonly string[]).includes(name))
      throw new TargetError(
        'malformed',
        `${written}: there is no link "${name}"; there are: ${namespaceLinks.join(', ')}`,
      );
    // A thread that is not listed by itself is where its leader is.
    const task = tid !== undefined && index.process(Number(tid)) ? Number(tid) : readPid(pid, index);
    return followLink(index, task, name as NamespaceLink);
  }
  const named = index.snapshot.namespaces.filter(({ names }) => names.some((one) => one.path === path));
  return onlyOne(written, toTargets(named), 'the snapshot knows no namespace by this path');
}

function readPid(word: string, index: SnapshotIndex): number {
  return /^\d+$/.test(word) ? Number(word) : index.snapshot.host.vantage.pid;
}

function toTargets(namespaces: readonly Namespace[]): Target[] {
  return namespaces.map((namespace) => ({ kind: 'namespace', namespace }));
}
