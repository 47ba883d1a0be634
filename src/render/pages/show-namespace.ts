// The page about a namespace: all that is known of it.

import { findInferred } from '../../analysis/graph/inferred-places.ts';
import {
  type Chain,
  findChildren,
  findMembers,
  findOwned,
  findOwners,
  findParents,
} from '../../analysis/graph/namespace-relations.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findWorkloadsOf } from '../../analysis/listing/workloads.ts';
import { describeCommand, describeUser } from '../../analysis/release/command.ts';
import type { MountSummary } from '../../model/evidence/mount-summary.ts';
import type { PidNamespaceInit } from '../../model/evidence/pid-namespace-init.ts';
import type { ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { type HolderKind, holderKinds } from '../../model/snapshot/holder-kinds.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { IdMapping, Namespace, Process, TimeOffsets, UtsNames } from '../../model/snapshot/schema.ts';
import { escapeText } from '../words/escape.ts';
import { formatInference } from '../words/inferred.ts';
import { formatKnown, formatUnknown } from '../words/unknown.ts';
import { formatWorkloads } from '../words/workload-names.ts';
import { alignRows, type Page, type PageItem } from './show-page.ts';
import { describePidNamespace } from './show-pid-namespace.ts';

/** Of tasks and of namespaces below, no more lines than this; --json and ps tell the rest. */
const maxRows = 10;

/** What is read of a namespace of this host when it is shown. */
export interface LiveDetails {
  /** Of a pid namespace: its init. */
  readonly init?: PidNamespaceInit | undefined;
  /** Of a pid namespace without one: what became of its first child, where that can be told. */
  readonly firstChild?: 'awaited' | 'ended' | undefined;
  readonly mounts?: Known<MountSummary> | undefined;
}

/** @param evidence - what was read of what holds it */
export function describeNamespacePage(
  namespace: Namespace,
  index: SnapshotIndex,
  live: LiveDetails = {},
  evidence?: ReleaseEvidence,
): Page {
  const { type, inode } = namespace;
  return {
    title: formatNamespace(type, inode),
    sections: [
      [
        { label: 'isolates', lines: [namespaceTypeFacts[type].isolates] },
        { label: 'id', lines: [formatKnown(namespace.id, (id) => id)] },
        { label: 'initial', lines: [formatKnown(namespace.initial, (yes) => (yes ? "yes, the boot's own" : 'no'))] },
        {
          label: 'host',
          lines: [describeHost(namespace)],
        },
      ],
      [
        ...describeOwnership(namespace, index),
        ...describeNames(namespace),
        ...describeWorkloads(namespace, index),
        ...describeTypeOwn(namespace),
        ...describeInit(namespace, index),
        ...describeMounts(live.mounts),
      ],
      type === 'pid' ? describePidNamespace(namespace, index, live, evidence) : [],
      describeTasks(namespace, index),
      [...describeRelatives(namespace, index), ...describeHolderCounts(namespace)],
    ],
  };
}

function describeMounts(mounts: Known<MountSummary> | undefined): PageItem[] {
  if (mounts === undefined) return [];
  const line = formatKnown(mounts, ({ mounts, nullfsRoot }) => {
    if (mounts === 0) return 'none: an empty mount namespace, whose root is nullfs';
    return nullfsRoot ? `${mounts}, and its root is nullfs, in which nothing is` : String(mounts);
  });
  return [{ label: 'mounts', lines: [line] }];
}

function describeWorkloads(namespace: Namespace, index: SnapshotIndex): PageItem[] {
  const workloads = findWorkloadsOf(namespace, index);
  return workloads.length > 0 ? [{ label: 'workload', lines: [escapeText(formatWorkloads(workloads))] }] : [];
}

function describeHost({ host, hostInferred }: Namespace): string {
  if (!hostInferred) return formatKnown(host, (yes) => (yes ? "yes, the host's init is in it" : 'no'));
  return `${hostInferred.host ? "yes, the host's init is in it" : 'no'} (${formatInference(hostInferred)})`;
}

function describeOwnership(namespace: Namespace, index: SnapshotIndex): PageItem[] {
  const { users } = index.snapshot.host;
  const { type, ownerUid } = namespace;
  const parents = findParents(namespace, index);
  const items: PageItem[] = [];
  // The parent of a user namespace is its owner: said once.
  if (type !== 'user') items.push({ label: 'owner', lines: [describeChain(findOwners(namespace, index), 'none')] });
  if (parents) items.push({ label: 'parents', lines: [describeChain(parents, 'none')] });
  if (isKnown(namespace.level ?? null) && namespace.level !== undefined)
    items.push({ label: 'level', lines: [formatKnown(namespace.level, String)] });
  items.push({
    label: type === 'user' ? 'made by' : "owner's user",
    lines: [formatKnown(ownerUid, (uid) => formatUser(users, uid))],
  });
  return items;
}

/** "user:[4026532301] in user:[4026531837] (initial)". */
function describeChain({ namespaces, end }: Chain, none: string): string {
  const parts = namespaces.map(
    ({ type, inode, initial }) => formatNamespace(type, inode) + (initial === true ? ' (initial)' : ''),
  );
  if (!isKnown(end)) parts.push(formatUnknown(end));
  return parts.length === 0 ? none : parts.join(' in ');
}

function describeNames({ names }: Namespace): PageItem[] {
  if (names.length === 0) return [];
  return [
    {
      label: 'names',
      lines: names.map(({ name, path, kind }) =>
        kind === 'ip-netns' ? `${escapeText(name)}, of ip netns: ${escapeText(path)}` : escapeText(path),
      ),
    },
  ];
}

/** What a type alone carries. */
function describeTypeOwn(namespace: Namespace): PageItem[] {
  const items: PageItem[] = [];
  const add = <T>(label: string, value: Known<T> | undefined, format: (value: T) => readonly string[]) => {
    if (value !== undefined) items.push({ label, lines: isKnown(value) ? format(value) : [formatUnknown(value)] });
  };
  add('hostname', namespace.uts, ({ nodename }: UtsNames) => [escapeText(nodename) || 'empty']);
  add('domain', namespace.uts, ({ domainname }: UtsNames) => [escapeText(domainname) || 'empty']);
  add('uid map', namespace.uidMap, formatMapLines);
  add('gid map', namespace.gidMap, formatMapLines);
  add('setgroups', namespace.setgroups, (setgroups: string) => [escapeText(setgroups)]);
  add('monotonic', namespace.timeOffsets, ({ monotonic }: TimeOffsets) => [formatOffset(monotonic)]);
  add('boottime', namespace.timeOffsets, ({ boottime }: TimeOffsets) => [formatOffset(boottime)]);
  const { netnsid } = namespace;
  const isAsked = netnsid !== undefined && (isKnown(netnsid) || netnsid.unknown !== 'not-asked');
  add('netnsid', isAsked ? netnsid : undefined, (number: number | null) => [
    number === null ? "none in nscope's network namespace" : `${number} in nscope's network namespace`,
  ]);
  return items;
}

export function formatMapLines(map: readonly IdMapping[]): readonly string[] {
  if (map.length === 0) return ['empty: nobody is mapped'];
  return map.map(({ inside, outside, count }) =>
    count === 1
      ? `${inside} inside is ${outside} outside`
      : `${inside} to ${inside + count - 1} inside are ${outside} to ${outside + count - 1} outside`,
  );
}

/** Nanoseconds add to seconds, also where these are negative: time_namespaces(7). */
function formatOffset({ seconds, nanoseconds }: TimeOffsets['monotonic']): string {
  const sign = seconds < 0 ? '' : '+';
  return nanoseconds === 0 ? `${sign}${seconds} s` : `${sign}${seconds} s and ${nanoseconds} ns`;
}

function describeInit({ init }: Namespace, index: SnapshotIndex): PageItem[] {
  if (init === undefined) return [];
  const line = formatKnown(init, (pid) => {
    if (pid === null) return 'none was seen';
    const process = index.process(pid);
    return process ? `${pid}  ${escapeText(describeCommand(process))}` : String(pid);
  });
  return [{ label: 'init', lines: [line], rows: true }];
}

function describeTasks(namespace: Namespace, index: SnapshotIndex): PageItem[] {
  const { processes, threads, forChildren } = findMembers(namespace, index);
  const inferred = index.inferredMembersOf(namespace.type, namespace.inode);
  const ps = `nscope ps ${formatNamespace(namespace.type, namespace.inode)}`;
  const none = inferred.length > 0 ? noneReadable : namespace.processes.mayBeMore ? noneSeen : 'none';
  const items: PageItem[] = [
    { label: 'processes', lines: processes.length === 0 ? [none] : formatTasks(processes, index, ps), rows: true },
  ];
  if (inferred.length > 0)
    items.push({ label: 'inferred', lines: formatTasks(inferred, index, '--json', namespace.type), rows: true });
  if (threads.length > 0) items.push({ label: 'threads alone', lines: formatTasks(threads, index, ps), rows: true });
  if (forChildren.length > 0)
    items.push({ label: 'for children of', lines: formatTasks(forChildren, index, '--json'), rows: true });
  return items;
}

const noneReadable = 'none whose links could be read';
const noneSeen = 'none seen; of some processes it is not known where they are';

/** @param inferred - the type whose namespace they are inferred to be in */
function formatTasks(
  tasks: readonly Process[],
  index: SnapshotIndex,
  more: string,
  inferred?: Namespace['type'],
): string[] {
  const { users } = index.snapshot.host;
  const rows = tasks
    .slice(0, maxRows)
    .map((task) => [
      String(task.tid),
      escapeText(describeUser(users, task.uid)),
      task.tid === task.pid ? escapeText(describeCommand(task)) : `${escapeText(task.comm)}, a thread of ${task.pid}`,
      ...describeHow(task, inferred),
    ]);
  return [...alignRows(rows, [0]), ...tellRest(tasks.length, more)];
}

function describeHow(task: Process, type: Namespace['type'] | undefined): string[] {
  const place = type && findInferred(task, type);
  return place ? [formatInference(place)] : [];
}

function describeRelatives(namespace: Namespace, index: SnapshotIndex): PageItem[] {
  const items: PageItem[] = [];
  const add = (label: string, list: readonly Namespace[]) => {
    if (list.length > 0) items.push({ label, lines: formatRelatives(list, index), rows: true });
  };
  if (namespace.type === 'user') add('owns', findOwned(namespace, index));
  else add('children', findChildren(namespace, index));
  return items;
}

function formatRelatives(list: readonly Namespace[], index: SnapshotIndex): string[] {
  const rows = list.slice(0, maxRows).map(({ type, inode, processes }) => {
    const leader = processes.leader === null ? undefined : index.process(processes.leader);
    return [
      formatNamespace(type, inode),
      count(processes.count, 'process', 'processes'),
      leader ? `${leader.pid}  ${escapeText(describeCommand(leader))}` : '',
    ];
  });
  return [...alignRows(rows), ...tellRest(list.length, '--json')];
}

/** Kinds that the rest of the page has shown already are left out. */
function describeHolderCounts({ holderCounts }: Namespace): PageItem[] {
  if (holderCounts.kernel) return [{ label: 'held by', lines: ["nothing that was seen; it is in the kernel's list"] }];
  const lines = holderKinds.flatMap((kind) => {
    const words = holderWords[kind];
    const number = holderCounts[kind] ?? 0;
    return words && number > 0 ? [count(number, ...words)] : [];
  });
  return lines.length === 0 ? [] : [{ label: 'also held by', lines: [lines.join(', ')] }];
}

const holderWords: Readonly<Partial<Record<HolderKind, readonly [string, string]>>> = {
  fd: ['open descriptor', 'open descriptors'],
  socket: ['socket', 'sockets'],
  tap: ['tun or tap device', 'tun or tap devices'],
  'in-flight': ['descriptor or message in flight', 'descriptors and messages in flight'],
  credentials: ["open file's credentials", "open files' credentials"],
  'peer-credentials': ["socket peer's credentials", "socket peers' credentials"],
  pidfd: ['pidfd', 'pidfds'],
  'signal-target': ["target of a file's signals", "targets of files' signals"],
  'proc-file': ['open file of procfs', 'open files of procfs'],
  'cgroup-file': ['open file of cgroupfs', 'open files of cgroupfs'],
  watch: ['watch', 'watches'],
  'perf-event': ['perf event', 'perf events'],
  'fs-context': ['file system context', 'file system contexts'],
  mapping: ['mapped file', 'mapped files'],
  directory: ['working or root directory', 'working or root directories'],
  program: ['program', 'programs'],
  'bind-mount': ['bind mount', 'bind mounts'],
  'process-mount': ['mount of a process', 'mounts of processes'],
  'file-system': ['mounted file system', 'mounted file systems'],
};

function tellRest(length: number, more: string): string[] {
  return length > maxRows ? [`and ${length - maxRows} more: ${more}`] : [];
}

export function count(number: number, one: string, more: string): string {
  return `${number} ${number === 1 ? one : more}`;
}

export function formatUser(users: Readonly<Record<string, string>>, uid: number): string {
  const name = users[uid];
  return name === undefined ? `uid ${uid}` : `${escapeText(name)} (uid ${uid})`;
}
