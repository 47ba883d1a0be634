// What restricts processes besides their namespaces: uids, capabilities, seccomp, no_new_privs, labels. proc_pid_status(5).
import { readStartTime } from '../kernel/process/process-directory.ts';
import { readCredentials, readLabel } from '../kernel/process/process-security.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { namespaceTypes } from '../model/snapshot/namespace-types.ts';
import type { Process, Security, Snapshot } from '../model/snapshot/schema.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';

/** Two small files of each are read. What of more processes is left out has no entry, which rules report. */
export const maxSecurities = 2000;

/**
 * Of leaders of workloads, and of processes that are in a namespace that is not the boot's own. Of these the first of
 * each user in the same namespaces come first, so that the bound leaves out others of a kind that is known. Processes
 * that ended meanwhile, or whose PID is another's now, have no entry.
 */
export const securities: ConditionReader<'securities'> = {
  name: 'securities',
  question: 'what may processes of workloads and in child namespaces do?',
  read(snapshot, report) {
    const found: Security[] = [];
    for (const process of choose(snapshot).slice(0, maxSecurities)) {
      report.asked();
      const security = read(process, report);
      if (security) found.push(security);
    }
    return Object.freeze(found);
  },
};

function choose(snapshot: Snapshot): Process[] {
  const leaders = new Set(isKnown(snapshot.workloads) ? snapshot.workloads.map(({ leader }) => leader) : []);
  const initial = new Set(
    snapshot.namespaces.flatMap(({ type, inode, initial }) => (initial === true ? [`${type}:${inode}`] : [])),
  );
  const chosen: [Process[], Process[], Process[]] = [[], [], []];
  const kinds = new Set<string>();
  for (const process of snapshot.processes) {
    const { pid, tid, uid, namespaces, kernelThread, state } = process;
    if (tid !== pid || kernelThread || state === 'Z' || state === 'X') continue;
    const places = namespaceTypes.flatMap((type) => {
      const inode = namespaces[type];
      return isKnown(inode) && !initial.has(`${type}:${inode}`) ? [`${type}:${inode}`] : [];
    });
    const kind = [uid, ...places].join(' ');
    if (leaders.has(pid)) chosen[0].push(process);
    else if (places.length > 0) chosen[kinds.has(kind) ? 2 : 1].push(process);
    kinds.add(kind);
  }
  return chosen.flat();
}

function read({ pid, startTimeTicks }: Process, report: ConditionReport): Security | undefined {
  const credentials = readCredentials(pid);
  if (!isKnown(credentials)) {
    if (credentials.unknown !== 'gone')
      report.refused('reading the status of a process', credentials.errno ?? '?', `/proc/${pid}/status`);
    return undefined;
  }
  const label = readLabel(pid);
  // Who has the PID after both were read had it before.
  const started = readStartTime(pid);
  if (!isKnown(started) || started !== startTimeTicks) return undefined;
  const { effective, permitted, bounding } = credentials.capabilities;
  return Object.freeze({
    pid,
    uids: Object.freeze([...credentials.uids]),
    capabilities: Object.freeze({ effective, permitted, bounding }),
    noNewPrivs: credentials.noNewPrivs,
    seccomp: credentials.seccomp,
    label,
  });
}
