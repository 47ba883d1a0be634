// Ways to network namespaces: through a process, a name, a descriptor; else by the handle made of the 64-bit id.
import { closeNamespace, type OpenNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import type { Namespace, Snapshot } from '../../model/snapshot/schema.ts';

const noWay: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: 'no process is in it, and no path leads to it',
});

/** A path by which nscope reaches a network namespace where no process is, or undefined. */
export function findPath({ names, holders }: Namespace, { host }: Snapshot): string | undefined {
  const own = host.vantage.namespaces.mnt;
  const [name] = names;
  if (name) return name.path;
  for (const holder of holders) {
    if (holder.kind === 'fd') {
      const task = holder.tid === undefined ? `${holder.pid}` : `${holder.pid}/task/${holder.tid}`;
      return `/proc/${task}/fd/${holder.fd}`;
    }
    if (holder.kind === 'bind-mount' && isKnown(own) && holder.mountNamespace === own && isKnown(holder.path))
      return holder.path;
  }
  return undefined;
}

export interface ReachedNamespace {
  readonly namespace: Namespace;
  readonly inode: number;
  /** Or why nothing leads there. */
  readonly path: Known<string>;
}

/** Ways to all network namespaces of a snapshot of this host. */
export class Reach {
  readonly #open: OpenNamespace[] = [];

  /** The host's come first: most links lead there. */
  list(snapshot: Snapshot): readonly ReachedNamespace[] {
    const found = snapshot.namespaces.filter(({ type }) => type === 'net');
    const isFirst = ({ host, initial }: Namespace) => host === true || initial === true;
    return [...found.filter(isFirst), ...found.filter((one) => !isFirst(one))].map((namespace) => ({
      namespace,
      inode: namespace.inode,
      path: this.#find(namespace, snapshot),
    }));
  }

  #find(namespace: Namespace, snapshot: Snapshot): Known<string> {
    const { inode, id, processes } = namespace;
    if (snapshot.host.vantage.namespaces.net === inode) return '/proc/self/ns/net';
    if (processes.leader !== null) return `/proc/${processes.leader}/ns/net`;
    const path = findPath(namespace, snapshot);
    if (path !== undefined) return path;
    if (!isKnown(id)) return noWay;
    const open = openFound({ type: 'net', inode, paths: [], id });
    if (!isKnown(open)) return open;
    this.#open.push(open);
    return `/proc/self/fd/${open.fd}`;
  }

  /** Closes what was opened on the way. */
  close(): void {
    for (const open of this.#open) closeNamespace(open);
    this.#open.length = 0;
  }
}
