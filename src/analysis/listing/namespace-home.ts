// Which group does a namespace belong to: this host, a workload, a name, the processes that made it, or what holds it?
import { holderKinds } from '../../model/snapshot/holder-kinds.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Holder, NamespaceName, Process, Workload } from '../../model/snapshot/schema.ts';
import { findPlace, isPlace, type ListedNamespace } from '../graph/inferred-places.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { findWorkloadsOf } from './workloads.ts';

/** What namespaces belong to. */
export type NamespaceHome =
  /** The boot's own, those that the host's init is in, and those of kernel threads. */
  | { readonly kind: 'host' }
  | { readonly kind: 'workload'; readonly workload: Workload }
  /** A name of ip netns, or the path of a bind mount. */
  | { readonly kind: 'name'; readonly name: NamespaceName }
  /** The first of a tree of processes, each of which shares one of these namespaces with its parent. */
  | { readonly kind: 'process'; readonly process: Process }
  /** The first holder of what no process is in; undefined where none was seen. */
  | { readonly kind: 'held'; readonly holder: Holder | undefined };

/** Tells a namespace of a listing from the others of its snapshot. */
export function keyOfNamespace({ type, inode, number }: ListedNamespace): string {
  return isKnown(inode) ? `${type}:${inode}` : `${type}#${number}`;
}

/** The same of the namespace that a process is in, by its link or as inferred; undefined where that is not known. */
export function keyOfPlace(process: Process, type: ListedNamespace['type']): string | undefined {
  const place = findPlace(process, type);
  if (isPlace(place)) return 'inode' in place ? `${type}:${place.inode}` : `${type}#${place.number}`;
  return isKnown(place) ? `${type}:${place}` : undefined;
}

/** Looks homes up. Each namespace has one. */
export class Homes {
  readonly #index: SnapshotIndex;
  readonly #namespaces: ReadonlyMap<string, ListedNamespace>;
  readonly #homes = new Map<string, NamespaceHome>();
  readonly #ofProcesses = new Map<Process, NamespaceHome>();

  /** @param namespaces - all of the snapshot, by their keys */
  constructor(index: SnapshotIndex, namespaces: ReadonlyMap<string, ListedNamespace>) {
    this.#index = index;
    this.#namespaces = namespaces;
  }

  of(namespace: ListedNamespace): NamespaceHome {
    const key = keyOfNamespace(namespace);
    let home = this.#homes.get(key);
    if (!home) {
      // What is below comes back to where it began in contradictory data alone: then the holder tells.
      this.#homes.set(key, { kind: 'held', holder: findHolder(namespace) });
      home = this.#find(namespace);
      this.#homes.set(key, home);
    }
    return home;
  }

  /** The home that a process gives its namespaces, where they are no workload's and not the host's. */
  ofProcess(process: Process): NamespaceHome {
    const path = new Set<Process>();
    let home: NamespaceHome | undefined;
    for (let at = process; !home; ) {
      path.add(at);
      const free = this.#findFree(at);
      const name = (free.find(({ type, names }) => type === 'net' && names[0]) ?? free.find(({ names }) => names[0]))
        ?.names[0];
      const parent = this.#index.process(at.ppid);
      home = this.#ofProcesses.get(at) ?? (name && { kind: 'name', name });
      // Bad data goes in a ring.
      if (home) break;
      if (parent && !path.has(parent) && free.some(({ type }) => isTogether(at, parent, type))) at = parent;
      else home = { kind: 'process', process: at };
    }
    for (const one of path) this.#ofProcesses.set(one, home);
    return home;
  }

  #find(namespace: ListedNamespace): NamespaceHome {
    if (isHosts(namespace)) return { kind: 'host' };
    const workload = this.#chooseWorkload(namespace);
    if (workload) return { kind: 'workload', workload };
    const [name] = namespace.names;
    if (name) return { kind: 'name', name };
    const process = this.#findMember(namespace);
    // Kernel threads are in no namespace that a program made.
    if (process) return process.kernelThread ? { kind: 'host' } : this.ofProcess(process);
    return this.#findBelow(namespace) ?? { kind: 'held', holder: findHolder(namespace) };
  }

  /** Of several that share it the one that its oldest process is in, as the first container of a pod. */
  #chooseWorkload(namespace: ListedNamespace): Workload | undefined {
    const workloads = findWorkloadsOf(namespace, this.#index);
    const process = workloads.length > 1 ? this.#findMember(namespace) : undefined;
    const oldest = process && this.#index.workloadOf(process.pid);
    return oldest && workloads.includes(oldest) ? oldest : workloads[0];
  }

  /** Its init, its oldest process, that of its oldest thread, or who has it for its children. */
  #findMember({ type, inode, processes }: ListedNamespace): Process | undefined {
    const { leader, inferred, forChildren } = processes;
    const tid = leader ?? inferred?.leader ?? undefined;
    const task =
      tid !== undefined
        ? this.#index.process(tid)
        : forChildren > 0 && isKnown(inode)
          ? this.#index.membersOf(type, inode)[0]
          : undefined;
    return task && (this.#index.process(task.pid) ?? task);
  }

  /** A sandbox leaves an outer user namespace without a process, which owns those that it is in. */
  #findBelow({ type, inode }: ListedNamespace): NamespaceHome | undefined {
    if (!isKnown(inode)) return undefined;
    for (const below of this.#index.belowOf(type, inode)) {
      const home = this.of(below);
      if (home.kind !== 'host' && home.kind !== 'held') return home;
    }
    return undefined;
  }

  /** The namespaces that a process is in and that are neither the host's nor a workload's. */
  #findFree(process: Process): readonly ListedNamespace[] {
    return namespaceTypes.flatMap((type) => {
      const namespace = this.#namespaces.get(keyOfPlace(process, type) ?? '');
      return namespace && !isHosts(namespace) && findWorkloadsOf(namespace, this.#index).length === 0
        ? [namespace]
        : [];
    });
  }
}

function isHosts({ initial, host, hostInferred }: ListedNamespace): boolean {
  return initial === true || host === true || hostInferred?.host === true;
}

function isTogether(a: Process, b: Process, type: ListedNamespace['type']): boolean {
  return keyOfPlace(a, type) === keyOfPlace(b, type);
}

/** The most direct one. */
function findHolder({ holders }: ListedNamespace): Holder | undefined {
  for (const kind of holderKinds) {
    const holder = holders.find((one) => one.kind === kind);
    if (holder) return holder;
  }
  return undefined;
}
