// A /proc that shows the processes of another pid namespace than the one that its readers are in: pid_namespaces(7).

import { findHostInode } from '../../model/derived/host-inode.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { MountView, Process } from '../../model/snapshot/schema.ts';
import type { Rule } from '../findings/rule.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { formatCommand } from '../release/shell-words.ts';

interface Readers {
  readonly view: MountView;
  readonly pid: number;
  readonly shown: number;
  readonly processes: Process[];
}

export const procOfAnotherPidNamespace: Rule<'mountViews'> = {
  code: 'proc-of-another-pid-namespace',
  severity: 'warning',
  title: 'a /proc that shows another pid namespace',
  means:
    'ps, top and kill by name see processes with other numbers than they have for the caller. Where the pid namespace that is shown does not have the caller in it, /proc/self leads nowhere, and programs that read it fail.',
  needs: ['mountViews'],
  find({ snapshot, index, conditions }, report) {
    const views = new Map(conditions.mountViews.map((view) => [view.inode, view]));
    const found = new Map<string, Readers>();
    const pidsOf = new Map<number, Set<number>>();
    let unknown = 0;
    for (const process of snapshot.processes) {
      const { mnt, pid } = process.namespaces;
      if (!isKnown(mnt) || !isKnown(pid) || process.kernelThread || process.state === 'Z') continue;
      pidsOf.set(mnt, (pidsOf.get(mnt) ?? new Set()).add(pid));
      const view = views.get(mnt);
      const shown = view && findShown(view);
      if (view === undefined || shown === undefined || shown === pid) continue;
      if (!isKnown(shown)) {
        unknown++;
        continue;
      }
      const key = `${mnt} ${pid}`;
      const readers = found.get(key);
      if (readers) readers.processes.push(process);
      else found.set(key, { view, pid, shown, processes: [process] });
    }
    if (unknown > 0) report.undecided(`which pid namespace /proc shows is not known of ${unknown} processes`);
    const hosts = findHostInode(snapshot, 'mnt');
    const inCommon = new Map<MountView, Readers[]>();
    for (const readers of found.values()) {
      const { view, shown, pid } = readers;
      const relation = relate(shown, pid, index);
      // Who makes a pid namespace with its /proc stands outside and waits: unshare(1), nsenter(1).
      if (relation === 'below') continue;
      const alone = view.inode !== hosts && pidsOf.get(view.inode)?.size === 1;
      if (relation === 'apart' || alone) report.add(describe(readers, relation, alone));
      else {
        const others = inCommon.get(view);
        if (others) others.push(readers);
        else inCommon.set(view, [readers]);
      }
    }
    for (const [view, all] of inCommon) report.add(describeInCommon(view, all));
  },
};

function findShown({ proc }: MountView) {
  return proc.find(({ path }) => path === '/proc')?.pidNamespace;
}

type Relation = 'above' | 'below' | 'apart';

/** Where the pid namespace that is shown lies, seen from the one of the readers. */
function relate(shown: number, pid: number, index: SnapshotIndex): Relation {
  if (isAbove(shown, pid, index)) return 'above';
  return isAbove(pid, shown, index) ? 'below' : 'apart';
}

/** Pid namespaces are nested 32 deep at the most. */
function isAbove(upper: number, lower: number, index: SnapshotIndex): boolean {
  let inode = index.namespace('pid', lower)?.parent;
  for (let depth = 0; typeof inode === 'number' && depth < 33; depth++) {
    if (inode === upper) return true;
    inode = index.namespace('pid', inode)?.parent;
  }
  return false;
}

/** Sandboxes as Chromium's have a pid namespace for each process, and no mount namespace. */
function describeInCommon(view: MountView, all: readonly Readers[]) {
  const [{ processes, pid, shown }] = all as [Readers];
  const first = findFirst(processes);
  const more =
    all.length > 1
      ? `; so it does for ${all.length - 1} more pid ${all.length === 2 ? 'namespace' : 'namespaces'}`
      : '';
  return {
    severity: 'note' as const,
    subjects: [
      { kind: 'namespace' as const, type: 'pid' as const, inode: pid },
      { kind: 'namespace' as const, type: 'mnt' as const, inode: view.inode },
      ...all.slice(1).map((one) => ({ kind: 'namespace' as const, type: 'pid' as const, inode: one.pid })),
      ...all.map((one) => ({ kind: 'process' as const, pid: findFirst(one.processes).pid })),
    ],
    says: `/proc of process ${first.pid} (${first.comm}) shows the processes around it, those of pid:[${shown}]${more}`,
    seen: [
      ...all
        .slice(0, 5)
        .map(
          (one) =>
            `${countOf(one)} in mnt:[${view.inode}], ${findFirst(one.processes).pid} (${findFirst(one.processes).comm}) among them`,
        ),
      ...(all.length > 5 ? [`${all.length - 5} more pid namespaces`] : []),
      'others use the same /proc, so that it cannot be replaced for these alone',
    ],
    fixes: [
      {
        text: 'nothing must be done where they do not read /proc, as in sandboxes; else start them with a mount namespace and a /proc of their own: unshare --fork --pid --mount-proc',
      },
    ],
  };
}

/** The init of the pid namespace, where it is among them. */
function findFirst(processes: readonly Process[]): Process {
  return processes.find(({ pids }) => pids.at(-1) === 1) ?? (processes[0] as Process);
}

function countOf({ processes, pid }: Readers): string {
  return `${processes.length} ${processes.length === 1 ? 'process' : 'processes'} of pid:[${pid}]`;
}

function describe(readers: Readers, relation: Relation, alone: boolean) {
  const { view, pid, shown, processes } = readers;
  const first = findFirst(processes);
  return {
    severity: relation === 'apart' ? ('warning' as const) : ('note' as const),
    subjects: [
      { kind: 'namespace' as const, type: 'pid' as const, inode: pid },
      { kind: 'namespace' as const, type: 'mnt' as const, inode: view.inode },
      { kind: 'process' as const, pid: first.pid },
    ],
    says:
      relation === 'apart'
        ? `/proc of process ${first.pid} (${first.comm}) shows pid:[${shown}], in which it is not`
        : `/proc of process ${first.pid} (${first.comm}) shows pid:[${shown}], the processes around pid:[${pid}]`,
    seen: [
      `${countOf(readers)} in mnt:[${view.inode}]`,
      `the procfs on /proc there is that of pid:[${shown}]`,
      ...(alone ? [] : ['others use the same /proc, so that it cannot be replaced for these alone']),
    ],
    fixes: alone
      ? [
          {
            text: 'mount the right one over it',
            command: formatCommand([
              ...['nsenter', `--mount=/proc/${first.pid}/ns/mnt`, `--pid=/proc/${first.pid}/ns/pid`],
              ...['mount', '-t', 'proc', 'proc', '/proc'],
            ]),
          },
        ]
      : [{ text: 'start them with a mount namespace and a /proc of their own: unshare --fork --pid --mount-proc' }],
  };
}
