// All mounts of every mount namespace: listmount(2), statmount(2) and proc_pid_mountinfo(5). Read only where it is asked for.
import { readMountTables, type TableQuestion, type TableReading } from '../kernel/mounts/mount-tables.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../model/snapshot/namespace-types.ts';
import type { MountTable, Namespace, Snapshot } from '../model/snapshot/schema.ts';
import type { ConditionReader } from './condition.ts';

/** Those that ended meanwhile are left out. */
export const mounts: ConditionReader<'mounts'> = {
  name: 'mounts',
  question: 'which mounts has each mount namespace?',
  read(snapshot, report) {
    const questions = listQuestions(snapshot);
    report.asked(questions.length);
    const tables: MountTable[] = [];
    for (const reading of readMountTables(questions)) {
      if (hasEnded(reading)) continue;
      if (!isKnown(reading.mounts))
        report.refused('the mounts of a mount namespace', reading.mounts.errno ?? '?', `mnt:[${reading.inode}]`);
      tables.push(Object.freeze(reading));
    }
    return Object.freeze(tables);
  },
};

function hasEnded({ mounts }: TableReading): boolean {
  return !isKnown(mounts) && mounts.unknown === 'gone';
}

/** So many processes of each are named: should one live in a chroot, the next is asked. */
const maxPids = 4;

function listQuestions(snapshot: Snapshot): TableQuestion[] {
  const pids = new Map<number, number[]>();
  for (const { type, inode, processes } of snapshot.namespaces)
    if (type === 'mnt') pids.set(inode, processes.leader === null ? [] : [processes.leader]);
  for (const { tid, state, kernelThread, namespaces } of snapshot.processes) {
    const found = isKnown(namespaces.mnt) ? pids.get(namespaces.mnt) : undefined;
    if (found && !kernelThread && state !== 'Z' && found.length < maxPids && found[0] !== tid) found.push(tid);
  }
  const own = snapshot.host.vantage.namespaces.mnt;
  return snapshot.namespaces
    .filter(({ type }) => type === 'mnt')
    .map((namespace) => ({
      inode: namespace.inode,
      id: isKnown(namespace.id) ? namespace.id : undefined,
      own: namespace.inode === own,
      pids: pids.get(namespace.inode) ?? [],
      mayBeLocked: namespace.owner !== namespaceTypeFacts.user.initialInode,
      paths: listPaths(namespace, own === undefined || !isKnown(own) ? undefined : own),
    }));
}

function listPaths({ names, holders }: Namespace, own: number | undefined): string[] {
  const paths = names.map(({ path }) => path);
  for (const holder of holders)
    if (holder.kind === 'fd') {
      const task = holder.tid === undefined ? `${holder.pid}` : `${holder.pid}/task/${holder.tid}`;
      paths.push(`/proc/${task}/fd/${holder.fd}`);
    } else if (holder.kind === 'bind-mount' && holder.mountNamespace === own && isKnown(holder.path))
      paths.push(holder.path);
  return paths;
}
