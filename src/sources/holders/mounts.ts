// The namespaces that are bind mounted in any mount namespace, even one that is itself hidden.
import { loadAddon } from '../../kernel/addon/addon.ts';
import { attempt } from '../../kernel/files/files.ts';
import { keepStandIn } from '../../kernel/files/stand-in.ts';
import { type FoundMount, searchMounts } from '../../kernel/mounts/mount-search.ts';
import { findMounts, findNamespacesIn, superBlockMagic } from '../../kernel/mounts/mounts.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { limits, sentences } from '../../model/facts/limits.ts';
import { isKnown, type Unknown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { parseNamespaceName } from '../../parse/proc/namespace-name.ts';
import type { BpfSuperblockRecord } from '../../parse/records/bpf-superblocks.ts';
import type { FoundNamespace, Inputs } from '../contract/inputs.ts';
import { skipHolders } from '../contract/reasons.ts';
import type { Report, Source } from '../contract/source.ts';

const nsfs = new Map([['nsfs', superBlockMagic.nsfs]]);

type Needs = 'host' | 'namespaces' | 'superblocks';

export const mounts: Source<Needs | 'wanted'> = {
  name: 'mounts',
  question: 'which namespaces are bind mounted, in any mount namespace?',
  skip: skipHolders,
  run(inputs, report) {
    const search = new BindMountSearch(inputs, report);
    keepStandIn(() => search.searchAll());
    search.tellThoseWithoutPath();
    search.tellUnread();
  },
};

interface Bound {
  readonly type: NamespaceType;
  readonly inode: number;
  readonly path: string;
}

class BindMountSearch {
  readonly #inputs: Pick<Inputs, Needs>;
  readonly #report: Report;
  /** The bind mounts that the kernel has; undefined where it does not tell: then all mount namespaces are searched. */
  readonly #records: readonly BpfSuperblockRecord[] | undefined;
  readonly #done = new Set<number>();
  /** How many bind mounts of a namespace were found in a mount namespace. */
  readonly #found = new Map<string, number>();
  readonly #unread = new Map<number, string>();
  #handles: boolean | undefined;
  /** What nscope can open in another way than through a bind mount: looked up when there is one to open. */
  #reachable: Set<string> | undefined;

  constructor(inputs: Pick<Inputs, Needs>, report: Report) {
    this.#inputs = inputs;
    this.#report = report;
    this.#records = inputs.superblocks().records?.filter(({ way }) => way === 'bind-mount');
  }

  /** A mount namespace may itself be found bind mounted in another: until no new one turns up. */
  searchAll(): void {
    const holding = this.#records && new Set(this.#records.map(({ mountNamespaceInode }) => mountNamespaceInode));
    for (let before = -1; before < this.#done.size; ) {
      before = this.#done.size;
      this.#reachable = undefined;
      const namespaces: FoundNamespace[] = [];
      for (const namespace of this.#inputs.namespaces.list()) {
        if (namespace.type !== 'mnt' || this.#done.has(namespace.inode)) continue;
        this.#done.add(namespace.inode);
        if (holding?.has(namespace.inode) !== false) namespaces.push(namespace);
      }
      const without = this.#findThoseWithout(namespaces);
      this.#report.asked(without.size);
      for (const namespace of namespaces) if (!without.has(namespace)) this.#searchNamespace(namespace);
    }
  }

  /** Most mount namespaces have no bind mount of a namespace, which one look at all of them tells. */
  #findThoseWithout(namespaces: readonly FoundNamespace[]): Set<FoundNamespace> {
    const own = this.#inputs.host.vantage.namespaces.mnt;
    const others = namespaces.filter(({ inode, paths }) => inode !== own && paths.length > 0);
    if (others.length === 0 || !('addon' in loadAddon())) return new Set();
    const answers = findMounts(
      others.map(({ inode, paths: [path = ''] }) => ({ inode, path })),
      { magics: [superBlockMagic.nsfs] },
    );
    return new Set(others.filter((_, index) => answers[index] === false));
  }

  #listReachable(): Set<string> {
    const reachable = new Set<string>();
    for (const namespace of this.#inputs.namespaces.list())
      if (namespace.paths.length > 0 || this.#opensById(namespace))
        reachable.add(formatNamespace(namespace.type, namespace.inode));
    return reachable;
  }

  /** Ids of mount namespaces are told from Linux 6.12 on, and handles open them from 6.18 on: one is tried for all. */
  #opensById(namespace: FoundNamespace): boolean {
    if (namespace.id === undefined) return false;
    if (this.#handles === undefined) {
      const open = openFound({ ...namespace, paths: [] });
      if (isKnown(open)) closeNamespace(open);
      // ESTALE speaks of this one alone: it has ended, or is inactive.
      this.#handles = isKnown(open) || open.errno === 'ESTALE';
    }
    return this.#handles;
  }

  #searchNamespace(namespace: FoundNamespace): void {
    this.#report.asked();
    const open = 'addon' in loadAddon() ? openFound(namespace) : undefined;
    const fd = open !== undefined && isKnown(open) ? open.fd : undefined;
    try {
      const own = this.#inputs.host.vantage.namespaces.mnt === namespace.inode;
      const found = searchMounts({ fd, id: namespace.id, own, paths: namespace.paths, fileSystems: nsfs });
      if (!isKnown(found)) {
        this.#refuse(namespace, found);
        return;
      }
      if (found.cut !== undefined) this.#unread.set(namespace.inode, found.cut);
      const bound = found.mounts.flatMap(toBound);
      for (const { type, inode, path } of bound) this.#tell(type, inode, path, namespace.inode);
      if (fd === undefined || bound.length === 0) return;
      this.#reachable ??= this.#listReachable();
      keepUnreachable(this.#report, fd, bound, this.#reachable);
    } finally {
      if (open !== undefined && isKnown(open)) closeNamespace(open);
    }
  }

  /** A process that ended takes its mount namespace with it, unless something else holds that. */
  #refuse(namespace: FoundNamespace, { errno = '' }: Unknown): void {
    const after = openFound(namespace);
    if (isKnown(after)) closeNamespace(after);
    else if (after.unknown === 'gone' && namespace.paths.length > 0) return;
    this.#unread.set(namespace.inode, errno);
    this.#report.refused('the mounts of a mount namespace', errno, `mnt:[${namespace.inode}]`);
  }

  #tell(type: NamespaceType, inode: number, path: string | Unknown, mountNamespace: number | Unknown): void {
    this.#report.emit({
      fact: 'holder',
      type,
      inode,
      holder: Object.freeze({ kind: 'bind-mount', path, mountNamespace }),
    });
    const key = `${type} ${inode} ${typeof mountNamespace === 'number' ? mountNamespace : ''}`;
    this.#found.set(key, (this.#found.get(key) ?? 0) + 1);
  }

  /** What the kernel has mounted where nscope could not look still holds: it is told without its path. */
  tellThoseWithoutPath(): void {
    for (const { type, inode, mountNamespaceInode } of this.#records ?? []) {
      if (mountNamespaceInode === 0) this.#tell(type, inode, detached, detached);
      else if (!this.#found.has(`${type} ${inode} ${mountNamespaceInode}`)) {
        const errno = this.#unread.get(mountNamespaceInode);
        this.#tell(type, inode, errno === undefined ? outOfSight : { ...outOfSight, errno }, mountNamespaceInode);
      }
    }
  }

  tellUnread(): void {
    this.#report.searched(['bind-mount']);
    // The kernel's own table of mounts has them all.
    if (this.#records) return;
    this.#report.searched(['bind-mount'], 'only BPF shows detached mounts');
    this.#report.searched(['process-mount', 'file-system'], 'only BPF shows them');
    if (!this.#inputs.namespaces.isListedWhole('mnt'))
      this.#report.searched(['bind-mount'], 'mount namespaces may be there that were not found');
    const [errno] = this.#unread.values();
    if (errno === undefined) return;
    const inodes = [...this.#unread.keys()];
    this.#report.searched(['bind-mount'], sentences.mountsUnread(inodes, errno));
    this.#report.limit(limits.mountsUnread(inodes, errno));
  }
}

const detached = Object.freeze({
  unknown: 'unsupported',
  detail: 'a detached mount: it is in no mount namespace, and a descriptor holds it',
} as const);

const outOfSight = Object.freeze({
  unknown: 'denied',
  detail: 'the kernel has it mounted in a place that could not be read',
} as const);

/** What an nsfs mount shows as its root: `net:[4026532992]`. */
function toBound({ root, path }: FoundMount): Bound[] {
  const bound = parseNamespaceName(root.replace(/^\//, ''));
  return bound ? [{ ...bound, path }] : [];
}

/** Namespaces to which no path of nscope's leads are kept open, so that later sources can ask them. */
function keepUnreachable(report: Report, fd: number, bound: readonly Bound[], reachable: Set<string>): void {
  const missing = bound.filter(({ type, inode }) => !reachable.has(formatNamespace(type, inode)));
  if (missing.length === 0) return;
  const paths = missing.map(({ path }) => path);
  const answers = attempt(() => findNamespacesIn(fd, paths, true));
  // The root of the mount namespace itself may be what was not asked in time.
  const each = isKnown(answers) ? answers : missing.map(() => answers);
  const silences = new Set<string>();
  each.forEach((answer, index) => {
    const { type, inode, path } = missing[index] as Bound;
    if (!isKnown(answer)) {
      if (answer.errno !== 'ETIMEDOUT') return;
      report.refused('a namespace that is bind mounted', 'ETIMEDOUT', path);
      silences.add(answer.detail ?? '');
      return;
    }
    if (answer.fd === undefined) return;
    reachable.add(formatNamespace(type, inode));
    report.keep(type, inode, answer.fd);
  });
  for (const silence of silences) report.limit(limits.mountsSilent(silence));
}
