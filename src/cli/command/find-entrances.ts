// The namespaces that `enter` is to enter: opens what the targets lead to.
import { resolve } from 'node:path';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { describeClaimant, nameWorkload } from '../../analysis/listing/workloads.ts';
import { explainPath } from '../../analysis/target/explain-path.ts';
import { parseTarget, type TargetQuery } from '../../analysis/target/parse-target.ts';
import type { Target } from '../../analysis/target/target-error.ts';
import { attempt, readIdentity } from '../../kernel/files/files.ts';
import { readPathIdentity } from '../../kernel/nsfs/namespace-files.ts';
import { closeNamespace, nsGetNstype, type OpenNamespace, openNamespace } from '../../kernel/nsfs/nsfs.ts';
import { readHost } from '../../kernel/own/host.ts';
import { reachNamespace } from '../../launch/namespaces/reach-namespace.ts';
import type { TargetProcess } from '../../launch/plan/enter-request.ts';
import { type Entrance, readOwner } from '../../launch/plan/join-order.ts';
import { LaunchError } from '../../launch/plan/launch-error.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { escapeText } from '../../render/words/escape.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { checkProcess, checkTargets, findTarget, mayBeWorkload, toLeader } from '../reading/target.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

interface FoundEntrances {
  readonly entrances: readonly Entrance[];
  /** The process among the targets; of several the last. */
  readonly process: TargetProcess | undefined;
  /** A process in the user namespace that is entered. */
  readonly userMember: number | undefined;
}

/**
 * A process stands for all its namespaces that nscope is not in, or for those of the types that were asked for. One that
 * is named by itself comes before that of a process.
 * @throws UsageError, NotFoundError, LaunchError where a namespace cannot be opened
 */
export async function findEntrances(
  words: readonly string[],
  files: readonly string[],
  types: readonly NamespaceType[],
  source: Pick<OptionValues, 'bpf'>,
): Promise<FoundEntrances> {
  checkTargets(words);
  const named = new Map<NamespaceType, Entrance>();
  const ofProcesses = new Map<NamespaceType, Entrance>();
  let pid: number | undefined;
  let startTimeTicks: number | undefined;
  let index: SnapshotIndex | undefined;
  const name = (entrance: Entrance) => {
    if (named.has(entrance.type)) throw new UsageError(`two ${entrance.type} namespaces are named; one can be entered`);
    named.set(entrance.type, entrance);
  };
  for (const file of files) name(await openFile(file, source));
  for (const word of words) {
    const query = parseTarget(word);
    const own = readProcess(query);
    if (own !== undefined) [pid, startTimeTicks] = [own, undefined];
    else if (query.form === 'path') name(await openFile(query.path, source));
    else {
      index ??= new SnapshotIndex(await readSnapshot(source, { ...wantGraph, workloads: words.some(mayBeWorkload) }));
      const target = toLeader(checkWorkload(findTarget(word, index, {}), index), index);
      if (target.kind === 'process') {
        pid = target.process.tid;
        startTimeTicks = target.process.startTimeTicks;
      } else {
        const { type, inode } = target.namespace;
        const open = reachNamespace(index, target.namespace);
        if (!isKnown(open))
          throw new LaunchError(
            `${formatNamespace(type, inode)} cannot be opened (${open.errno}); see what holds it: nscope holders '${formatNamespace(type, inode)}'`,
          );
        name(describe(open, type));
      }
    }
    if (pid !== undefined && (own !== undefined || index))
      for (const one of openLinks(pid, types)) ofProcesses.set(one.type, one);
    // What was opened is the process's own, if the PID is still the one that was meant.
    checkProcess(word);
  }
  const entrances = [...new Map([...ofProcesses, ...named]).values()].filter(isElsewhere);
  const user = entrances.find(({ type }) => type === 'user');
  const candidates = [pid, ...[...files, ...words].map(readLinkOwner), ...listMembers(user, index)];
  const userMember = candidates.find((candidate) => candidate !== undefined && isMember(candidate, user));
  return { entrances, process: pid === undefined ? undefined : { pid, startTimeTicks }, userMember };
}

/**
 * Into what is only likely nobody is sent: its leader may be a process of somebody who calls it so.
 * @throws UsageError that says whose word it is, and how to enter all the same
 */
function checkWorkload(target: Target, index: SnapshotIndex): Target {
  if (target.kind !== 'workload' || target.workload.certainty === 'certain') return target;
  const { leader, evidence } = target.workload;
  const claimant = describeClaimant(target.workload, index.snapshot.host);
  const said = evidence.map(({ text }) => escapeText(text)).join('; ');
  const way =
    leader === null ? '' : `; if process ${leader} is what you mean, enter it by its PID: nscope enter ${leader}`;
  throw new UsageError(
    `${escapeText(nameWorkload(target.workload))} is only likely: ${claimant ?? 'somebody'} calls it so (${said}), and nothing that only root can write confirms it${way}`,
  );
}

/** A PID needs no snapshot. @throws NoProcError where the numbers of /proc are not nscope's to read */
function readProcess(query: TargetQuery): number | undefined {
  if (query.form === 'self') return readHost().vantage.pid;
  if (query.form === 'pid') {
    readHost();
    return query.pid;
  }
  const found = query.form === 'path' ? /^\/proc\/(\d+)\/?$/.exec(query.path)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

function openLinks(pid: number, types: readonly NamespaceType[]): Entrance[] {
  if (!isKnown(readIdentity(`/proc/${pid}`))) throw new NotFoundError(`there is no process ${pid} here`);
  return (types.length > 0 ? types : namespaceTypes).flatMap((type) => {
    const path = `/proc/${pid}/ns/${type}`;
    const open = attempt(() => openNamespace(path));
    if (isKnown(open)) return [describe(open, type)];
    // A type that this kernel lacks, where nobody asked for it.
    if (open.errno === 'ENOENT' && types.length === 0 && !isKnown(readIdentity(`/proc/self/ns/${type}`))) return [];
    throw new LaunchError(
      `${path} cannot be opened (${open.errno})${open.errno === 'ENOENT' ? ': the process has ended, or its first thread has' : ': that takes the right to trace the process, as ptrace(2) has it'}`,
    );
  });
}

/** @throws NotFoundError, UsageError or LaunchError, with what a snapshot knows of the path */
async function openFile(path: string, source: Pick<OptionValues, 'bpf'>): Promise<Entrance> {
  const open = attempt(() => openNamespace(resolve(path)));
  if (!isKnown(open)) {
    if (open.errno === 'ENOTTY') throw new UsageError((await explain(path, source)) ?? `${path} is not a namespace`);
    if (open.unknown === 'gone')
      throw new NotFoundError((await explain(path, source)) ?? `${path} is not there (${open.errno})`);
    throw new LaunchError(
      `${path} cannot be opened${open.detail === undefined ? ` (${open.errno})` : `: ${open.detail}`}`,
    );
  }
  const type = attempt(() => nsGetNstype(open.fd) ?? null);
  if (isKnown(type) && type !== null) return describe(open, type);
  closeNamespace(open);
  throw new UsageError((await explain(path, source)) ?? `${path} is not a namespace`);
}

async function explain(path: string, source: Pick<OptionValues, 'bpf'>): Promise<string | undefined> {
  const there = readPathIdentity(path);
  return explainPath(
    path,
    isKnown(there) ? there : undefined,
    new SnapshotIndex(await readSnapshot(source, wantGraph)),
  );
}

function describe({ fd, inode }: OpenNamespace, type: NamespaceType): Entrance {
  return { type, inode, fd, owner: readOwner(fd) };
}

/** Nobody can enter the user namespace that he is in, and to enter another that he is in changes nothing. */
function isElsewhere({ type, inode }: Entrance): boolean {
  const own = readIdentity(`/proc/self/ns/${type}`);
  return !isKnown(own) || own.inode !== inode;
}

function readLinkOwner(path: string): number | undefined {
  const pid = /^\/proc\/(\d+)\/ns\/\w+$/.exec(path)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function listMembers(user: Entrance | undefined, index: SnapshotIndex | undefined): number[] {
  return user && index ? index.membersOf('user', user.inode).map(({ tid }) => tid) : [];
}

function isMember(pid: number, user: Entrance | undefined): boolean {
  const link = readIdentity(`/proc/${pid}/ns/user`);
  return isKnown(link) && link.inode === user?.inode;
}
