// A group of namespaces as JSON.
import type { ListedNamespace } from '../../analysis/graph/inferred-places.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Holder, Workload } from '../../model/snapshot/schema.ts';
import type { Cell, Column } from '../columns/columns.ts';
import { type OverviewRow, overviewColumns } from '../columns/overview-columns.ts';
import { nameGroup } from '../words/group-names.ts';

/** A namespace by its inode number; one whose number is not known by that which `unnumbered` of a snapshot has. */
type JsonNamespace = { readonly type: NamespaceType } & ({ readonly inode: number } | { readonly number: number });

/** An element of `groups` of `nscope overview --json`. Names are stable. */
export interface JsonGroup {
  /** "docker:web", "net:blue", "/run/ns/blue", "process 812", "held by fd of 812", "no holder seen" or "this host". */
  readonly group: string;
  readonly kind: 'workload' | 'name' | 'process' | 'held' | 'host';
  /** Of a workload. Its `certainty` is likely where a user could pretend it. */
  readonly workload?: Pick<Workload, 'engine' | 'kind' | 'name' | 'id' | 'certainty'>;
  /** What holds namespaces that no process is in: the first holder, as in a snapshot. */
  readonly holder?: Holder;
  /** Each namespace of the snapshot is in one group. */
  readonly namespaces: readonly JsonNamespace[];
  /** Namespaces that processes of other groups are in as well, whose names `with` has; `own`: whether this lists it. */
  readonly shared: readonly (JsonNamespace & { readonly own: boolean; readonly with: readonly string[] })[];
  /** How many processes are in it, or why that is not known; of the host those that are in no other group. */
  readonly processes: Cell;
  /** Of how many of them it is inferred. */
  readonly inferred: number;
  /** Its init, else its oldest process. */
  readonly pid: number | null;
  readonly user: Cell;
  readonly command: Cell;
}

/** The object that --json prints of a group. */
export function toJsonGroup(row: OverviewRow): JsonGroup {
  const { group } = row;
  const { home } = group;
  return {
    group: nameGroup(group),
    kind: home.kind,
    ...(home.kind === 'workload' ? { workload: pickWorkload(home.workload) } : {}),
    ...(home.kind === 'held' && home.holder ? { holder: home.holder } : {}),
    namespaces: group.namespaces.map(toJsonNamespace),
    shared: group.shared.map(({ namespace, with: others, isListedThere }) => ({
      ...toJsonNamespace(namespace),
      own: !isListedThere,
      with: others.map(nameGroup),
    })),
    processes: readColumn('processes', row),
    inferred: group.inferred,
    pid: group.leader?.tid ?? null,
    user: readColumn('user', row),
    command: readColumn('command', row),
  };
}

function pickWorkload({ engine, kind, name, id, certainty }: Workload): NonNullable<JsonGroup['workload']> {
  return { engine, kind, name, id, certainty };
}

function toJsonNamespace({ type, inode, number }: ListedNamespace): JsonNamespace {
  return isKnown(inode) ? { type, inode } : { type, number: number ?? 0 };
}

const columns = new Map<string, Column<OverviewRow>>(overviewColumns.map((column) => [column.name, column]));

function readColumn(name: 'processes' | 'user' | 'command', row: OverviewRow): Cell {
  return columns.get(name)?.value(row) ?? null;
}
