// Looks things of a snapshot up: processes by PID, namespaces by type and inode, children of both.
import { isKnown, knownOr } from '../../model/snapshot/known.ts';
import {
  type NamespaceType,
  namespaceLinks,
  namespaceTypes,
  readLinkType,
} from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process, Snapshot, Workload } from '../../model/snapshot/schema.ts';

/** Each map is made when it is first asked for, and once. */
export class SnapshotIndex {
  readonly snapshot: Snapshot;
  #processes: Map<number, Process> | undefined;
  #namespaces: InodeMap<Namespace> | undefined;
  #below: InodeMap<Namespace[]> | undefined;
  #childProcesses: Map<number, Process[]> | undefined;
  #members: InodeMap<Process[]> | undefined;
  #inferredMembers: InodeMap<Process[]> | undefined;
  #workloadsByPid: Map<number, Workload> | undefined;
  #workloadsByNamespace: InodeMap<Workload[]> | undefined;
  #workloadsByNumber: InodeMap<Set<Workload>> | undefined;

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
    if (!this.#namespaces) {
      this.#namespaces = new InodeMap();
      for (const namespace of this.snapshot.namespaces)
        this.#namespaces.set(namespace.type, namespace.inode, namespace);
    }
    return this.#namespaces.get(type, inode);
  }

  /** Namespaces of its type whose parent it is, and, of a user namespace, those that it owns; each once. */
  belowOf(type: NamespaceType, inode: number): readonly Namespace[] {
    if (!this.#below) {
      this.#below = new InodeMap();
      for (const namespace of this.snapshot.namespaces) {
        const { type: of, parent, owner } = namespace;
        if (typeof parent === 'number') append(this.#below, of, parent, namespace);
        if (typeof owner === 'number' && (of !== 'user' || owner !== parent))
          append(this.#below, 'user', owner, namespace);
      }
    }
    return this.#below.get(type, inode) ?? [];
  }

  /** Processes whose parent is `pid`, by pid; threads that are listed by themselves are not among them. */
  childrenOf(pid: number): readonly Process[] {
    if (!this.#childProcesses) {
      this.#childProcesses = new Map();
      for (const process of this.snapshot.processes)
        if (process.tid === process.pid) {
          const children = this.#childProcesses.get(process.ppid);
          if (children) children.push(process);
          else this.#childProcesses.set(process.ppid, [process]);
        }
    }
    return this.#childProcesses.get(pid) ?? [];
  }

  /** Processes and threads that are in a namespace, or whose children will be, by pid; each once. */
  membersOf(type: NamespaceType, inode: number): readonly Process[] {
    if (!this.#members) {
      this.#members = new InodeMap();
      for (const process of this.snapshot.processes)
        for (const link of namespaceLinks) {
          const type = readLinkType(link);
          const of = process.namespaces[link];
          if (isKnown(of) && (link === type || of !== process.namespaces[type]))
            append(this.#members, type, of, process);
        }
    }
    return this.#members.get(type, inode) ?? [];
  }

  /** Processes whose link is refused and that are inferred to be in a namespace, by pid. */
  inferredMembersOf(type: NamespaceType, inode: number): readonly Process[] {
    if (!this.#inferredMembers) {
      this.#inferredMembers = new InodeMap();
      for (const process of this.snapshot.processes)
        if (process.inferred)
          for (const of of namespaceTypes) {
            const place = process.inferred[of];
            if (place && 'inode' in place) append(this.#inferredMembers, of, place.inode, process);
          }
    }
    return this.#inferredMembers.get(type, inode) ?? [];
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
      this.#workloadsByNamespace = new InodeMap();
      for (const workload of knownOr(this.snapshot.workloads, []))
        for (const { type, inode } of workload.namespaces) append(this.#workloadsByNamespace, type, inode, workload);
    }
    return this.#workloadsByNamespace.get(type, inode);
  }

  /** The workloads of which processes are inferred to be in a namespace without a number. */
  workloadsOfUnnumbered(type: NamespaceType, number: number): readonly Workload[] {
    if (!this.#workloadsByNumber) {
      const found = new InodeMap<Set<Workload>>();
      for (const { pid, inferred } of this.snapshot.processes)
        for (const of of inferred ? namespaceTypes : []) {
          const place = inferred?.[of];
          const workload = place && 'number' in place ? this.workloadOf(pid) : undefined;
          if (!place || !('number' in place) || !workload) continue;
          found.set(of, place.number, (found.get(of, place.number) ?? new Set()).add(workload));
        }
      this.#workloadsByNumber = found;
    }
    return [...(this.#workloadsByNumber.get(type, number) ?? [])];
  }
}

/** By type and inode number, or another number. */
class InodeMap<T> {
  readonly #types = new Map<NamespaceType, Map<number, T>>(namespaceTypes.map((type) => [type, new Map()]));

  get(type: NamespaceType, inode: number): T | undefined {
    return this.#types.get(type)?.get(inode);
  }

  set(type: NamespaceType, inode: number, value: T): void {
    this.#types.get(type)?.set(inode, value);
  }
}

function append<T>(map: InodeMap<T[]>, type: NamespaceType, inode: number, value: T): void {
  const list = map.get(type, inode);
  if (list) list.push(value);
  else map.set(type, inode, [value]);
}
