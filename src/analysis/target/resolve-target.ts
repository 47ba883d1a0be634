// Which namespace or process does a target lead to, in this snapshot?
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceLink, namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { findWorkloadsByName, listWorkloads } from '../listing/workloads.ts';
import { explainPath } from './explain-path.ts';
import { findBareName, findTypedName } from './find-by-name.ts';
import {
  findByInode,
  findDevice,
  followLink,
  notKnown,
  onlyOne,
  readPid,
  toTargets,
  toWorkloads,
} from './find-in-snapshot.ts';
import { parseTarget } from './parse-target.ts';
import { type IdentifyPath, type Target, TargetError } from './target-error.ts';

/** The inode number of a pidfd of the process that has a PID on the host of the snapshot now, in decimal. */
export type ReadPidfdInode = (pid: number) => Known<string>;

/**
 * Looks a target up. A bare name is looked for among the names of namespaces, host names, workloads and names of processes
 * at once: one that leads to several things is ambiguous.
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
      return query.type === undefined
        ? findBareName(word, index, identify)
        : findTypedName(word, query.name, query.type, index, identify);
  }
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

function findByPath(written: string, index: SnapshotIndex, identify: IdentifyPath | undefined): Target {
  const process = /^\/proc\/(\d+|self)\/?$/.exec(written)?.[1];
  if (process !== undefined) return findProcess(index, readPid(process, index), identify);
  if (!identify) return findRecordedPath(written, index);
  const identity = identify(written);
  if (!isKnown(identity)) {
    const told = identity.unknown === 'gone' ? explainPath(written, undefined, index) : undefined;
    throw told === undefined ? notKnown(written, identity) : new TargetError('not-found', told);
  }
  const device = findDevice(index);
  if (device !== undefined && identity.dev !== device)
    throw new TargetError(
      'malformed',
      explainPath(written, identity, index) ?? `${written} does not lead to a namespace: it is another kind of file`,
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
