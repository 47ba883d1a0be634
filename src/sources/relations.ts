// Whose is each namespace, what is above it, which is its 64-bit id? ioctl_nsfs(2), asked once of each namespace; parents
// and owners that no process is in are found by climbing.

import { loadAddon } from '../kernel/addon.ts';
import { attempt } from '../kernel/files.ts';
import {
  closeNamespace,
  nsGetId,
  nsGetMntnsId,
  nsGetOwnerUid,
  nsGetParent,
  nsGetUserns,
  type OpenNamespace,
} from '../kernel/nsfs.ts';
import { openFound } from '../kernel/open-namespace.ts';
import { isKnown, type Known } from '../model/known.ts';
import { formatNamespace, type NamespaceType, namespaceTypeFacts } from '../model/namespace-types.ts';
import type { FoundNamespace, Source, SourceContext } from './source.ts';

export const relations: Source = {
  name: 'relations',
  question: 'whose is each namespace, what is above it, which is its id?',
  skip(context) {
    if (!context.wanted.details) return 'details were not asked for';
    if (context.wanted.holders === 'unless-listed' && context.skipHolders() !== undefined)
      return "the kernel's own list tells it";
    const result = loadAddon();
    return 'missing' in result ? result.missing : undefined;
  },
  run(context: SourceContext): void {
    const climb = new Climb(context);
    for (const namespace of [...context.found()]) climb.ask(namespace);
    climb.tellOutOfReach();
  },
};

class Climb {
  readonly #context: SourceContext;
  readonly #asked = new Set<string>();
  readonly #outOfReach = new Map<string, string>();
  /** Those of which the kernel's own list told what stands above. */
  readonly #described = new Set<string>();

  constructor(context: SourceContext) {
    this.#context = context;
    for (const { type, inode, described } of context.found())
      if (described) this.#described.add(formatNamespace(type, inode));
  }

  ask(namespace: FoundNamespace): void {
    if (this.#asked.has(formatNamespace(namespace.type, namespace.inode))) return;
    // The kernel's own list told all that is asked here, but since when it is open.
    if (namespace.described && namespace.oldest !== undefined) return;
    const open = openFound(namespace);
    if (!isKnown(open)) {
      if (open.unknown === 'denied')
        this.#context.refused(
          'opening a namespace',
          open.errno ?? '',
          namespace.paths[0] ?? formatNamespace(namespace.type, namespace.inode),
        );
      return;
    }
    try {
      this.#tell(namespace.type, open);
    } finally {
      closeNamespace(open);
    }
  }

  #tell(type: NamespaceType, open: OpenNamespace): void {
    this.#asked.add(formatNamespace(type, open.inode));
    this.#context.asked();
    const hierarchical = type === 'pid' || type === 'user';
    const { fd } = open;
    const owner = this.#follow('user', 'NS_GET_USERNS', type, open.inode, () => nsGetUserns(fd));
    const parent = !hierarchical
      ? undefined
      : type === 'user'
        ? owner
        : this.#follow('pid', 'NS_GET_PARENT', type, open.inode, () => nsGetParent(fd));
    this.#context.emit({
      fact: 'namespace',
      type,
      inode: open.inode,
      dev: open.dev,
      openedAtMs: open.openedAtMs,
      id: this.#readId(type, fd),
      owner,
      ...(parent !== undefined ? { parent } : {}),
      ...(type === 'user' ? { creatorUid: attempt(() => nsGetOwnerUid(fd)) } : {}),
    });
  }

  /** Opens the namespace that `get` leads to, asks it as well when it is new, and gives its inode. */
  #follow(
    type: NamespaceType,
    what: string,
    of: NamespaceType,
    inode: number,
    get: () => OpenNamespace,
  ): Known<number> {
    const next = attempt(get);
    if (!isKnown(next)) {
      const name = formatNamespace(of, inode);
      if (next.unknown !== 'denied') this.#context.refused(what, next.errno ?? '', name);
      // Nothing stands above the boot's own.
      if (inode !== namespaceTypeFacts[of].initialInode && !this.#described.has(name))
        this.#outOfReach.set(name, next.errno ?? '');
      return next;
    }
    try {
      if (!this.#asked.has(formatNamespace(type, next.inode))) this.#tell(type, next);
      return next.inode;
    } finally {
      closeNamespace(next);
    }
  }

  /** What stands above, and nothing else holds, is not found then. */
  tellOutOfReach(): void {
    const [first] = this.#outOfReach;
    if (!first) return;
    const { size } = this.#outOfReach;
    const whose = size === 1 ? first[0] : `${size} namespaces (the first: ${first[0]})`;
    const lift = first[1] === 'ENOTTY' ? 'a kernel that answers ioctl_nsfs(2)' : 'run as root of the host';
    this.#context.limit(`the owner or parent of ${whose} is out of reach (${first[1]})`, lift);
  }

  /** Mount namespaces told their id seven releases before the others. */
  #readId(type: NamespaceType, fd: number): Known<string> {
    const id = attempt(() => String(nsGetId(fd)));
    return isKnown(id) || type !== 'mnt' ? id : attempt(() => String(nsGetMntnsId(fd)));
  }
}
