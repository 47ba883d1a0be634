// The page about a process: who it is, and where.

import { nameUnnumbered } from '../../analysis/graph/inferred-places.ts';
import { translatePid } from '../../analysis/graph/pid-translation.ts';
import { findAncestors, findPlacements, type Placement } from '../../analysis/graph/process-placement.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findThreadsElsewhere } from '../../analysis/graph/threads-elsewhere.ts';
import { findWorkload } from '../../analysis/listing/workloads.ts';
import { describeCommand } from '../../analysis/release/command.ts';
import { hasEnded } from '../../model/derived/has-ended.ts';
import { isKnown, type Known, notAsked } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { HostSnapshot, Place, Process } from '../../model/snapshot/schema.ts';
import { escapeText } from '../words/escape.ts';
import { formatInference, inferredMark } from '../words/inferred.ts';
import { formatStart } from '../words/start-time.ts';
import { formatKnown, formatUnknown } from '../words/unknown.ts';
import { formatWorkloads } from '../words/workload-names.ts';
import { count, formatUser } from './show-namespace.ts';
import { alignRows, type Page, type PageItem } from './show-page.ts';

/** A command line may fill pages. */
const maxCommandLines = 8;
const maxAncestors = 12;
const maxThreads = 20;

/** @param frozen - whether its control group is frozen, which no snapshot holds */
export function describeProcessPage(process: Process, index: SnapshotIndex, frozen: Known<boolean> = notAsked): Page {
  const { host } = index.snapshot;
  const thread = process.tid !== process.pid;
  return {
    title: thread
      ? `thread ${process.tid} of process ${process.pid}  ${escapeText(process.comm)}`
      : `process ${process.pid}  ${escapeText(process.comm)}`,
    sections: [
      [
        { label: 'command', lines: [formatCommandLine(process)], maxLines: maxCommandLines },
        { label: 'user', lines: [formatUser(host.users, process.uid)] },
        { label: 'state', lines: [describeState(process, frozen)] },
        { label: 'started', lines: [describeStart(process, host)] },
        { label: 'threads', lines: [String(process.threads)] },
        ...(process.kernelThread ? [{ label: 'kind', lines: ['kernel thread'] }] : []),
        ...describeWorkload(process, index),
        { label: 'cgroup', lines: [formatKnown(process.cgroup, escapeText)] },
        ...describeAncestors(process, index),
      ],
      [{ label: 'pid', lines: describePids(process, index), rows: true }],
      describePlacements(process, index),
      describeThreads(process, index),
    ],
  };
}

function formatCommandLine(process: Process): string {
  if (!isKnown(process.commandLine)) return formatUnknown(process.commandLine);
  return process.commandLine.length === 0 ? 'none' : escapeText(describeCommand(process));
}

function isLeaderAlone(process: Process): boolean {
  return process.state === 'Z' && !hasEnded(process);
}

/** The letters of proc_pid_stat(5). */
const states: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting for a disk or the like and not to be interrupted, or frozen',
  Z: 'zombie: it ended, and its parent has not asked for its status',
  T: 'stopped',
  t: 'stopped by a tracer',
  X: 'dead',
  I: 'idle',
};

/** A task of a frozen group of version 1 is D, of version 2 S: cgroups(7). */
function describeState(process: Process, frozen: Known<boolean>): string {
  const { state, threads } = process;
  const meaning = isLeaderAlone(process)
    ? `its leader has ended, and ${threads - 1 === 1 ? 'a thread lives' : `${threads - 1} threads live`} on`
    : frozen === true && !hasEnded(process)
      ? 'frozen, by its control group'
      : frozen === false && state === 'D'
        ? 'waiting for a disk or the like, not to be interrupted'
        : states[state];
  return meaning === undefined ? escapeText(state) : `${state}, ${meaning}`;
}

function describeStart(process: Process, host: HostSnapshot): string {
  return formatStart(process.startTimeTicks, host);
}

function describeWorkload(process: Process, index: SnapshotIndex): PageItem[] {
  const workload = findWorkload(process, index);
  return workload ? [{ label: 'workload', lines: [escapeText(formatWorkloads([workload]))] }] : [];
}

function describeAncestors(process: Process, index: SnapshotIndex): PageItem[] {
  const ancestors = findAncestors(process, index);
  if (ancestors.length === 0)
    return [
      { label: 'parents', lines: [process.ppid === 0 ? 'none in this pid namespace' : `${process.ppid}, not seen`] },
    ];
  const names = ancestors.slice(0, maxAncestors).map(({ tid, comm }) => `${tid} ${escapeText(comm)}`);
  if (ancestors.length > maxAncestors) names.push(`${ancestors.length - maxAncestors} more`);
  return [{ label: 'parents', lines: [names.join(' < ')] }];
}

function describePids(process: Process, index: SnapshotIndex): string[] {
  const rows = translatePid(process, index).map(({ pid, namespace }) => [
    String(pid),
    isKnown(namespace) ? `in ${formatNamespace('pid', namespace)}` : `in a pid namespace: ${formatUnknown(namespace)}`,
  ]);
  return alignRows(rows, [0]);
}

/** One line for each link: what it leads to, whether that is the boot's own or the parent's, who else is in it. */
function describePlacements(process: Process, index: SnapshotIndex): PageItem[] {
  const of = process.tid === process.pid ? 'parent' : 'process';
  const placements = findPlacements(process, index);
  const lines = alignRows(
    placements.map((placement) => {
      const { type, inode, initial, others, inferred } = placement;
      if (!isKnown(inode) && inferred) return describeInferred(type, inferred, placement, of);
      if (!isKnown(inode)) return [type, formatUnknown(inode)];
      return [
        formatNamespace(type, inode),
        formatKnown(initial, (yes) => (yes ? 'initial' : '')),
        describeShared(placement, of),
        describeOthers(others ?? 0),
      ];
    }),
  );
  return [
    { label: 'namespaces', lines: lines.filter((_, i) => !isForChildren(placements[i])), rows: true },
    { label: 'for children', lines: lines.filter((_, i) => isForChildren(placements[i])), rows: true },
  ];
}

/** The number is given only where there is one; the words say how it was inferred. */
function describeInferred(type: NamespaceType, inferred: Place, placement: Placement, of: string): string[] {
  return [
    inferredMark +
      ('inode' in inferred ? formatNamespace(type, inferred.inode) : `${type}:${nameUnnumbered(inferred.number)}`),
    formatKnown(placement.initial, (yes) => (yes ? 'initial' : '')),
    describeShared(placement, of),
    describeOthers(placement.others ?? 0),
    formatInference(inferred),
  ];
}

/** Other threads share what is above, but for these. */
function describeThreads(process: Process, { snapshot }: SnapshotIndex): PageItem[] {
  const threads = findThreadsElsewhere(process, snapshot);
  if (threads.length === 0) return [];
  const rows = threads
    .slice(0, maxThreads)
    .map(({ thread, links }) => [
      String(thread.tid),
      escapeText(thread.comm),
      links
        .map(({ link, type, inode }) => formatNamespace(type, inode) + (link === type ? '' : ' for children'))
        .join(' '),
    ]);
  const rest = threads.length > maxThreads ? [`and ${threads.length - maxThreads} more: --json`] : [];
  return [{ label: 'threads elsewhere', lines: [...alignRows(rows, [0]), ...rest], rows: true }];
}

function isForChildren(placement: Placement | undefined): boolean {
  return placement !== undefined && placement.link !== placement.type;
}

function describeShared(placement: Placement, of: string): string {
  const { shared } = placement;
  const whose = isForChildren(placement) ? 'its own' : `its ${of}'s`;
  if (shared === null) return '';
  if (!isKnown(shared)) return `${whose}: ${formatUnknown(shared)}`;
  return shared ? whose : `not ${whose}`;
}

function describeOthers(others: number): string {
  return others === 0 ? 'nobody else' : count(others, 'other', 'others');
}
