// Looks things of a snapshot up: processes by PID, namespaces by type and inode, children of both.
import { isKnown, knownOr } from '../model/known.ts';
import { type NamespaceType, namespaceLinks, namespaceTypes, readLinkType } from '../model/namespace-types.ts';
import type { Namespace, Process, Snapshot, Workload } from '../model/schema.ts';

/** Each map is made when it is first asked for, and once. */
export class SnapshotIndex {
  readonly snapshot: Snapshot;
  #processes: Map<number, Process> | undefined;
  #namespaces: Map<string, Namespace> | undefined;
  #childProcesses: Map<number, Process[]> | undefined;
  #members: Map<string, Process[]> | undefined;
  #inferredMembers: Map<string, Process[]> | undefined;
  #workloadsByPid: Map<number, Workload> | undefined;
  #workloadsByNamespace: Map<string, Workload[]> | undefined;
  #workloadsByNumber: Map<string, Set<Workload>> | undefined;

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
  }

  /** The process with this PID; a thread when its tid is meant and it is listed by itself. */
  process(pid: number): Process | undefined {
    if (!this.#processes) {
      this.#processes = new Map();
      for (const process of this.snapshot.processes) this.#processes.set(process.tid, process);
    }
    return this.#processes.get(pid);
  }

  namespace(type: NamespaceType, inode: number): Namespace | undefined {
    this.#namespaces ??= new Map(
      this.snapshot.namespaces.map((namespace) => [keyOf(namespace.type, namespace.inode), namespace]),
    );
    return this.#namespaces.get(keyOf(type, inode));
  }

  /** Processes whose parent is `pid`, by pid; threads that are listed by themselves are not among them. */
  childrenOf(pid: number): readonly Process[] {
    if (!this.#childProcesses) {
      this.#childProcesses = new Map();
      for (const process of this.snapshot.processes)
        if (process.tid === process.pid) append(this.#childProcesses, process.ppid, process);
    }
    return this.#childProcesses.get(pid) ?? [];
  }

  /** Processes and threads that are in a namespace, or whose children will be, by pid; each once. */
  membersOf(type: NamespaceType, inode: number): readonly Process[] {
    if (!this.#members) {
      this.#members = new Map();
      for (const process of this.snapshot.processes)
        for (const link of namespaceLinks) {
          const type = readLinkType(link);
          const of = process.namespaces[link];
          if (isKnown(of) && (link === type || of !== process.namespaces[type]))
            append(this.#members, keyOf(type, of), process);
        }
    }
    return this.#members.get(keyOf(type, inode)) ?? [];
  }

  /** Processes whose link is refused and that are inferred to be in a namespace, by pid. */
  inferredMembersOf(type: NamespaceType, inode: number): readonly Process[] {
    if (!this.#inferredMembers) {
      this.#inferredMembers = new Map();
      for (const process of this.snapshot.processes)
        if (process.inferred)
          for (const of of namespaceTypes) {
            const place = process.inferred[of];
            if (place && 'inode' in place) append(this.#inferredMembers, keyOf(of, place.inode), process);
          }
    }
    return this.#inferredMembers.get(keyOf(type, inode)) ?? [];
  }

  /** The workload that a process is in. */
  workloadOf(pid: number): Workload | undefined {
    if (!this.#workloadsByPid) {
      this.#workloadsByPid = new Map();
      for (const workload of knownOr(this.snapshot.workloads, []))
        for (const pid of workload.pids) this.#workloadsByPid.set(pid, workload);
    }
    return this.#workloadsByPid.get(pid);
  }

  /** The workloads that have a namespace; undefined where none has. */
  workloadsOf(type: NamespaceType, inode: number): readonly Workload[] | undefined {
    if (!this.#workloadsByNamespace) {
      this.#workloadsByNamespace = new Map();
      for (const workload of knownOr(this.snapshot.workloads, []))
        for (const { type, inode } of workload.namespaces)
          append(this.#workloadsByNamespace, keyOf(type, inode), workload);
    }
    return this.#workloadsByNamespace.get(keyOf(type, inode));
  }

  /** The workloads of which processes are inferred to be in a namespace without a number. */
  workloadsOfUnnumbered(type: NamespaceType, number: number): readonly Workload[] {
    if (!this.#workloadsByNumber) {
      const found = new Map<string, Set<Workload>>();
      for (const { pid, inferred } of this.snapshot.processes)
        for (const of of inferred ? namespaceTypes : []) {
          const place = inferred?.[of];
          const workload = place && 'number' in place ? this.workloadOf(pid) : undefined;
          if (!place || !('number' in place) || !workload) continue;
          const key = keyOf(of, place.number);
          found.set(key, (found.get(key) ?? new Set()).add(workload));
        }
      this.#workloadsByNumber = found;
    }
    return [...(this.#workloadsByNumber.get(keyOf(type, number)) ?? [])];
  }
}

function keyOf(type: NamespaceType, inode: number): string {
  return `${type}${inode}`;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
