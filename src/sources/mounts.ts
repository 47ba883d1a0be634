// Which namespaces are bind mounted, in any mount namespace? listmount(2) and statmount(2) by 64-bit id, without entering;
// before Linux 6.11 a thread of the addon's own enters each and reads mountinfo; without that, mountinfo of a process.
import { loadAddon } from '../kernel/addon.ts';
import { attempt, readTextFile } from '../kernel/files.ts';
import { decodeMounts } from '../kernel/mount-records.ts';
import { findNamespacesIn, readMountinfoIn, readMounts, superBlockMagic } from '../kernel/mounts.ts';
import { closeNamespace, nsGetMntnsId } from '../kernel/nsfs.ts';
import { openFound } from '../kernel/open-namespace.ts';
import { isKnown, type Known } from '../model/known.ts';
import { formatNamespace, isNamespaceType, type NamespaceType } from '../model/namespace-types.ts';
import { parseMountinfo } from '../parse/mountinfo.ts';
import type { FoundNamespace, Source, SourceContext } from './source.ts';

export const mounts: Source = {
  name: 'mounts',
  question: 'which namespaces are bind mounted, in any mount namespace?',
  skip: (context) => context.skipHolders(),
  run(context: SourceContext): void {
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
        searchNamespace(context, namespace, reachable);
      }
    }
  },
};

interface Found {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly path: string;
}

function searchNamespace(context: SourceContext, namespace: FoundNamespace, reachable: Set<string>): void {
  context.asked();
  const withAddon = 'addon' in loadAddon();
  const open = withAddon ? openFound(namespace) : undefined;
  try {
    const fd = open !== undefined && isKnown(open) ? open.fd : undefined;
    const bound = readBound(namespace, fd);
    if (!isKnown(bound)) {
      if (bound.unknown !== 'gone')
        context.refused('the mounts of a mount namespace', bound.errno ?? 'ENOSYS', `mnt:[${namespace.inode}]`);
      else if (fd === undefined && namespace.oldest === undefined)
        context.refused('the mounts of a mount namespace that no process is in', 'ENOENT', `mnt:[${namespace.inode}]`);
      return;
    }
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

/** The namespaces that mounts of it hold, by the best way that works. */
function readBound(namespace: FoundNamespace, fd: number | undefined): Known<readonly Found[]> {
  const id = namespace.id ?? (fd === undefined ? undefined : attempt(() => String(nsGetMntnsId(fd))));
  if (typeof id === 'string' && 'addon' in loadAddon()) {
    const packed = attempt(() => readMounts(BigInt(id), [superBlockMagic.nsfs]));
    if (isKnown(packed)) return [...decodeMounts(packed)].flatMap(({ root, mountPoint }) => toFound(root, mountPoint));
  }
  if (fd !== undefined) {
    const text = attempt(() => readMountinfoIn(fd));
    if (isKnown(text)) return fromMountinfo(text.toString('utf8'));
  }
  const member = namespace.members.get('mnt');
  const text = readTextFile(`/proc/${member ?? 0}/mountinfo`);
  return isKnown(text) ? fromMountinfo(Buffer.from(text, 'latin1').toString('utf8')) : text;
}

function fromMountinfo(text: string): Found[] {
  return parseMountinfo(text)
    .filter(({ fsType }) => fsType === 'nsfs')
    .flatMap(({ root, mountPoint }) => toFound(root, mountPoint));
}

/** What an nsfs mount shows as its root: `net:[4026532992]`. */
function toFound(root: string, path: string): Found[] {
  const match = /^\/?([a-z]+):\[(\d+)\]$/.exec(root);
  return match?.[1] && isNamespaceType(match[1]) ? [{ type: match[1], inode: Number(match[2]), path }] : [];
}

/** Namespaces to which no path of nscope's leads are kept open, so that later sources can ask them. */
function keepUnreachable(
  context: SourceContext,
  fd: number,
  bound: readonly Found[],
  reachable: Set<string>,
): void {
  const missing = bound.filter(({ type, inode }) => !reachable.has(formatNamespace(type, inode)));
  if (missing.length === 0) return;
  const answers = attempt(() =>
    findNamespacesIn(
      fd,
      missing.map(({ path }) => path),
      true,
    ),
  );
  if (!isKnown(answers)) return;
  answers.forEach((answer, index) => {
    const { type, inode } = missing[index] as Found;
    if ('code' in answer || answer.fd === undefined) return;
    reachable.add(formatNamespace(type, inode));
    if (!context.keep(type, inode, answer.fd))
      context.refused('keeping a namespace open', 'EMFILE', `${type}:[${inode}]`);
  });
}
