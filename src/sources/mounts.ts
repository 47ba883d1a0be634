// Which namespaces are bind mounted, in any mount namespace, those included that are hidden themselves?
import { loadAddon } from '../kernel/addon.ts';
import { attempt } from '../kernel/files.ts';
import { type FoundMount, searchMounts } from '../kernel/mount-search.ts';
import { findNamespacesIn, superBlockMagic } from '../kernel/mounts.ts';
import { closeNamespace } from '../kernel/nsfs.ts';
import { openFound } from '../kernel/open-namespace.ts';
import { isKnown } from '../model/known.ts';
import { formatNamespace, isNamespaceType, type NamespaceType } from '../model/namespace-types.ts';
import type { FoundNamespace, Source, SourceContext } from './source.ts';

const nsfs = new Map([['nsfs', superBlockMagic.nsfs]]);

export const mounts: Source = {
  name: 'mounts',
  question: 'which namespaces are bind mounted, in any mount namespace?',
  skip: (context) => context.skipHolders(),
  run(context: SourceContext): void {
    const holding = findHoldingNamespaces(context);
    const done = new Set<number>();
    // A mount namespace may itself be found bind mounted in another: until no new one turns up.
    for (let before = -1; before < done.size; ) {
      before = done.size;
      const found = [...context.found()];
      const reachable = new Set<string>();
      for (const { type, inode, paths, id } of found)
        if (paths.length > 0 || id !== undefined) reachable.add(formatNamespace(type, inode));
      for (const namespace of found) {
        if (namespace.type !== 'mnt' || done.has(namespace.inode)) continue;
        done.add(namespace.inode);
        if (holding?.has(namespace.inode) !== false) searchNamespace(context, namespace, reachable);
      }
    }
  },
};

/** The mount namespaces in which the kernel has a namespace mounted; undefined where it does not tell: all are searched. */
function findHoldingNamespaces(context: SourceContext): ReadonlySet<number> | undefined {
  const records = context.superblocks();
  if (!records) return undefined;
  const holding = new Set<number>();
  for (const record of records) {
    if (record.way !== 'bind-mount') continue;
    if (record.mountNamespaceInode !== 0) holding.add(record.mountNamespaceInode);
    else
      context.emit({
        fact: 'holder',
        type: record.type,
        inode: record.inode,
        holder: Object.freeze({ kind: 'bind-mount', path: detached, mountNamespace: detached }),
      });
  }
  return holding;
}

const detached = Object.freeze({
  unknown: 'unsupported',
  detail: 'a detached mount: it is in no mount namespace, and a descriptor holds it',
} as const);

interface Bound {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly path: string;
}

function searchNamespace(context: SourceContext, namespace: FoundNamespace, reachable: Set<string>): void {
  context.asked();
  const open = 'addon' in loadAddon() ? openFound(namespace) : undefined;
  const fd = open !== undefined && isKnown(open) ? open.fd : undefined;
  try {
    const member = namespace.members.get('mnt');
    const found = searchMounts({ fd, id: namespace.id, member, fileSystems: nsfs });
    if (!isKnown(found)) {
      // A process that ended takes its mount namespace with it; one that nobody is in stays unread.
      if (found.unknown !== 'gone' || (fd === undefined && member === undefined))
        context.refused('the mounts of a mount namespace', found.errno ?? '', `mnt:[${namespace.inode}]`);
      return;
    }
    const bound = found.flatMap(toBound);
    for (const { type, inode, path } of bound)
      context.emit({
        fact: 'holder',
        type,
        inode,
        holder: Object.freeze({ kind: 'bind-mount', path, mountNamespace: namespace.inode }),
      });
    if (fd !== undefined) keepUnreachable(context, fd, bound, reachable);
  } finally {
    if (open !== undefined && isKnown(open)) closeNamespace(open);
  }
}

/** What an nsfs mount shows as its root: `net:[4026532992]`. */
function toBound({ root, path }: FoundMount): Bound[] {
  const match = /^\/?([a-z]+):\[(\d+)\]$/.exec(root);
  return match?.[1] && isNamespaceType(match[1]) ? [{ type: match[1], inode: Number(match[2]), path }] : [];
}

/** Namespaces to which no path of nscope's leads are kept open, so that later sources can ask them. */
function keepUnreachable(context: SourceContext, fd: number, bound: readonly Bound[], reachable: Set<string>): void {
  const missing = bound.filter(({ type, inode }) => !reachable.has(formatNamespace(type, inode)));
  if (missing.length === 0) return;
  const paths = missing.map(({ path }) => path);
  const answers = attempt(() => findNamespacesIn(fd, paths, true));
  if (!isKnown(answers)) return;
  answers.forEach((answer, index) => {
    const { type, inode } = missing[index] as Bound;
    if ('code' in answer || answer.fd === undefined) return;
    reachable.add(formatNamespace(type, inode));
    if (!context.keep(type, inode, answer.fd))
      context.refused('keeping a namespace open', 'EMFILE', formatNamespace(type, inode));
  });
}
