// The owner, the parent and the 64-bit id of each namespace. ioctl_nsfs(2), asked once of each namespace; parents and
// owners that no process is in are found by climbing.

import { loadAddon } from '../../kernel/addon/addon.ts';
import { attempt } from '../../kernel/files/files.ts';
import { closeNamespace, nsGetParent, nsGetUserns, type OpenNamespace } from '../../kernel/nsfs/nsfs.ts';
import { type NsfsAnswers, readNsfsAnswers } from '../../kernel/nsfs/nsfs-batch.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { limits } from '../../model/facts/limits.ts';
import { isCapable } from '../../model/names/capabilities.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { FoundNamespace } from '../contract/inputs.ts';
import { outOfReach, skipHolders } from '../contract/reasons.ts';
import type { Report, Source } from '../contract/source.ts';

export const relations: Source<'host' | 'wanted' | 'namespaces'> = {
  name: 'relations',
  question: 'whose is each namespace, what is above it, which is its id?',
  skip(inputs) {
    const { wanted } = inputs;
    if (!wanted.details) return 'details were not asked for';
    if (wanted.holders === 'unless-listed' && skipHolders(inputs) !== undefined)
      return "the kernel's own list tells it";
    const result = loadAddon();
    return 'missing' in result ? result.missing : undefined;
  },
  run({ host, namespaces }, report) {
    const climb = new Climb(report, isCapable(host.vantage, 'CAP_SYS_ADMIN'));
    climb.askAll(namespaces.list());
    climb.tellOutOfReach();
  },
};

class Climb {
  readonly #report: Report;
  readonly #isCapable: boolean;
  readonly #asked = new Set<string>();
  readonly #outOfReach = new Map<string, string>();
  /** Those of which the kernel's own list told what stands above. */
  readonly #described = new Set<string>();

  /** @param isCapable - of all that root is, also in other mount namespaces */
  constructor(report: Report, isCapable: boolean) {
    this.#report = report;
    this.#isCapable = isCapable;
  }

  /** All in one call by the best path to each, then the few that this did not reach; at last what stands above them. */
  askAll(namespaces: readonly FoundNamespace[]): void {
    const told: [FoundNamespace, NsfsAnswers][] = [];
    const others: FoundNamespace[] = [];
    const wanted = this.#chooseWanted(namespaces);
    const answers = readNsfsAnswers(wanted.map(({ type, inode, paths }) => ({ type, inode, path: paths[0] ?? '' })));
    wanted.forEach((namespace, index) => {
      const answer = answers[index];
      if (answer === undefined || !isKnown(answer)) others.push(namespace);
      else told.push([namespace, answer]);
    });
    for (const [{ type, inode }, answer] of told) this.#tell(type, inode, answer);
    for (const namespace of others)
      if (!this.#asked.has(formatNamespace(namespace.type, namespace.inode)))
        this.#open(namespace, (open) => this.#ask(namespace.type, open));
    for (const [namespace, answer] of told)
      if (this.#leadsOn(answer)) this.#open(namespace, ({ fd }) => this.#climb(fd, answer));
    this.#tellPathless(others);
  }

  /** What was seen, as a mount that another covers, and can be opened in no way: what stands above it is not known. */
  #tellPathless(namespaces: readonly FoundNamespace[]): void {
    const pathless = namespaces.filter(
      ({ type, inode, paths, hasOwner }) =>
        paths.length === 0 && !hasOwner && !this.#asked.has(formatNamespace(type, inode)),
    );
    for (const { type, inode } of pathless) {
      const parent = type === 'pid' || type === 'user' ? { parent: outOfReach } : {};
      const creatorUid = type === 'user' ? { creatorUid: outOfReach } : {};
      this.#report.emit({
        fact: 'namespace',
        type,
        inode,
        id: outOfReach,
        owner: outOfReach,
        ...parent,
        ...creatorUid,
      });
    }
    if (pathless.length === 0) return;
    this.#report.limit(
      limits.ownerOutOfReach(
        pathless.map(({ type, inode }) => formatNamespace(type, inode)),
        this.#isCapable,
      ),
    );
  }

  #chooseWanted(namespaces: readonly FoundNamespace[]): FoundNamespace[] {
    const wanted: FoundNamespace[] = [];
    for (const namespace of namespaces) {
      if (namespace.described) this.#described.add(formatNamespace(namespace.type, namespace.inode));
      // The kernel's own list told all that is asked here, but since when it is open.
      if (!namespace.described || namespace.oldest === undefined) wanted.push(namespace);
    }
    return wanted;
  }

  #open(namespace: FoundNamespace, use: (open: OpenNamespace) => void): void {
    const open = openFound(namespace);
    if (isKnown(open)) {
      try {
        use(open);
      } finally {
        closeNamespace(open);
      }
    } else if (open.unknown === 'denied')
      this.#report.refused(
        'opening a namespace',
        open.errno ?? '',
        namespace.paths[0] ?? formatNamespace(namespace.type, namespace.inode),
      );
  }

  /** Asks a namespace that is open, and what stands above it. */
  #ask(type: NamespaceType, { fd, inode }: OpenNamespace): void {
    const [answer] = readNsfsAnswers([{ type, inode, path: `/proc/self/fd/${fd}` }]);
    if (answer === undefined || !isKnown(answer)) {
      this.#report.refused('opening a namespace', answer?.errno ?? '', formatNamespace(type, inode));
      return;
    }
    this.#tell(type, inode, answer);
    this.#climb(fd, answer);
  }

  #tell(type: NamespaceType, inode: number, { owner, parent = owner, creatorUid, ...told }: NsfsAnswers): void {
    this.#asked.add(formatNamespace(type, inode));
    this.#report.asked();
    this.#noteRefusal(owner, 'NS_GET_USERNS', type, inode);
    if (type === 'pid') this.#noteRefusal(parent, 'NS_GET_PARENT', type, inode);
    this.#report.emit({
      fact: 'namespace',
      type,
      inode,
      dev: told.dev,
      openedAtMs: told.openedAtMs,
      id: told.id,
      owner,
      // Above a user namespace stands its owner.
      ...(type === 'pid' || type === 'user' ? { parent } : {}),
      ...(creatorUid === undefined ? {} : { creatorUid }),
    });
  }

  #noteRefusal(above: Known<number>, what: string, type: NamespaceType, inode: number): void {
    if (isKnown(above)) return;
    const name = formatNamespace(type, inode);
    if (above.unknown !== 'denied') this.#report.refused(what, above.errno ?? '', name);
    // Nothing stands above the boot's own.
    if (inode !== namespaceTypeFacts[type].initialInode && !this.#described.has(name))
      this.#outOfReach.set(name, above.errno ?? '');
  }

  /** Whether something that was not asked stands above it. */
  #leadsOn({ owner, parent }: NsfsAnswers): boolean {
    return this.#isNew('user', owner) || (parent !== undefined && this.#isNew('pid', parent));
  }

  #isNew(type: NamespaceType, inode: Known<number>): boolean {
    return isKnown(inode) && !this.#asked.has(formatNamespace(type, inode));
  }

  /** Opens what stands above the namespace behind `fd`, where it was not asked, and asks it as well. */
  #climb(fd: number, { owner, parent }: NsfsAnswers): void {
    if (this.#isNew('user', owner)) this.#askAbove('user', () => nsGetUserns(fd));
    if (parent !== undefined && this.#isNew('pid', parent)) this.#askAbove('pid', () => nsGetParent(fd));
  }

  #askAbove(type: NamespaceType, get: () => OpenNamespace): void {
    const above = attempt(get);
    if (!isKnown(above)) return;
    try {
      this.#ask(type, above);
    } finally {
      closeNamespace(above);
    }
  }

  /** What stands above, and nothing else holds, is not found then. */
  tellOutOfReach(): void {
    const [errno] = this.#outOfReach.values();
    if (errno !== undefined) this.#report.limit(limits.aboveOutOfReach([...this.#outOfReach.keys()], errno));
  }
}
