// The tree of processes, and where it crosses from one namespace into another.
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { findAbove } from './process-placement.ts';
import type { SnapshotIndex } from './snapshot-index.ts';
import { layOutTree } from './tree-layout.ts';

/** A namespace that a process is in and its parent is not. */
export interface Crossing {
  readonly type: NamespaceType;
  readonly inode: number;
  /** False where the parent's namespace is not known: then the border lies here or further up. */
  readonly certain: boolean;
}

/** A process with its place in the drawing. */
export interface ProcessTreeRow {
  readonly process: Process;
  /** Branches to draw in front of it. */
  readonly prefix: string;
  readonly depth: number;
  /** Empty where the process is where its parent is (of a thread: its leader). */
  readonly border: readonly Crossing[];
  /** Kernel threads below it that have no row of their own. */
  readonly foldedKernelThreads: number;
}

/** Which processes the tree has, and how it is drawn. */
export interface ProcessTreeOptions {
  /** Those to show; those of them whose parent is not shown are roots. */
  readonly processes: readonly Process[];
  /** Kernel threads that are where kthreadd is and have no children are counted in its row. */
  readonly foldKernelThreads: boolean;
  /** Levels beyond this are not indented further. */
  readonly deepestIndent?: number;
}

/** The processes as a forest, each with the namespaces in which it is and its parent is not; depth first. */
export function buildProcessTree(index: SnapshotIndex, options: ProcessTreeOptions): ProcessTreeRow[] {
  const folded = new Map<Process, number>();
  const wanted = new Set(options.processes);
  const shown = new Set<Process>();
  for (const process of options.processes) {
    const parent = options.foldKernelThreads ? findFoldingParent(process, index) : undefined;
    if (parent && wanted.has(parent)) folded.set(parent, (folded.get(parent) ?? 0) + 1);
    else shown.add(process);
  }
  const above = (process: Process) => {
    const found = findAbove(process, index);
    return found && shown.has(found) ? found : undefined;
  };
  return layOutTree([...shown], above, options.deepestIndent).map(({ node, prefix, depth }) => ({
    process: node,
    prefix,
    depth,
    border: findBorder(node, index),
    foldedKernelThreads: folded.get(node) ?? 0,
  }));
}

/** The types in which a process is elsewhere than its parent. */
export function findBorder(process: Process, index: SnapshotIndex): readonly Crossing[] {
  const above = findAbove(process, index);
  // Sets of namespaces that are equal are mostly one object.
  if (!above || above.namespaces === process.namespaces) return [];
  const border: Crossing[] = [];
  for (const type of namespaceTypes) {
    const inode = process.namespaces[type];
    const before = above.namespaces[type];
    if (!isKnown(inode) || inode === before) continue;
    if (isKnown(before)) border.push({ type, inode, certain: true });
    else if (index.namespace(type, inode)?.initial !== true) border.push({ type, inode, certain: false });
  }
  return border;
}

function findFoldingParent(process: Process, index: SnapshotIndex): Process | undefined {
  if (!process.kernelThread || process.tid !== process.pid) return undefined;
  const parent = index.process(process.ppid);
  if (!parent?.kernelThread || index.childrenOf(process.pid).length > 0) return undefined;
  return findBorder(process, index).length === 0 ? parent : undefined;
}

/** A process and all below it, threads among them. */
export function findSubtree(root: Process, index: SnapshotIndex): readonly Process[] {
  const found = new Set<number>([root.tid]);
  const stack = [root.tid];
  for (let pid = stack.pop(); pid !== undefined; pid = stack.pop())
    for (const child of index.childrenOf(pid))
      if (!found.has(child.tid)) {
        found.add(child.tid);
        stack.push(child.tid);
      }
  return index.snapshot.processes.filter(({ pid, tid }) =>
    root.tid === root.pid ? found.has(tid) || found.has(pid) : tid === root.tid,
  );
}
