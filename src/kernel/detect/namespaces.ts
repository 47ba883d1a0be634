// The namespaces of a process for nscope detect: what stat and ioctl_nsfs(2) tell of each.
import { closeSync } from 'node:fs';
import type { NamespaceAnswers, NamespaceIdentity } from '../../model/evidence/detect-evidence.ts';
import { isKnown, type Known, notAsked, type Unknown } from '../../model/snapshot/known.ts';
import {
  isNamespaceType,
  type NamespaceLink,
  type NamespaceType,
  namespaceLinks,
} from '../../model/snapshot/namespace-types.ts';
import { attempt } from '../files/files.ts';
import { pidfdGetNamespace, pidfdOpen } from '../net/sockets.ts';
import {
  closeNamespace,
  identify,
  nsGetId,
  nsGetMntnsId,
  nsGetParent,
  nsGetUserns,
  type OpenNamespace,
  openNamespace,
} from '../nsfs/nsfs.ts';

export interface NamespaceReadings {
  readonly links: Readonly<Record<NamespaceLink, Known<NamespaceIdentity>>>;
  readonly answers: Readonly<Record<NamespaceType, NamespaceAnswers>>;
}

const missingInNode: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'there is no addon to ask with' });

/**
 * Opens each namespace and asks it.
 * @param open - leads to a namespace, or says why not; it is closed here
 * @param ask - whether there is an addon to ask with
 */
export function readNamespaceEvidence(
  open: (link: NamespaceLink) => Known<OpenNamespace>,
  ask: boolean,
): NamespaceReadings {
  const links: Partial<Record<NamespaceLink, Known<NamespaceIdentity>>> = {};
  const answers: Partial<Record<NamespaceType, NamespaceAnswers>> = {};
  for (const link of namespaceLinks) {
    const namespace = open(link);
    links[link] = isKnown(namespace) ? { inode: namespace.inode, dev: namespace.dev } : namespace;
    if (isNamespaceType(link)) answers[link] = askNamespace(namespace, link, ask);
    if (isKnown(namespace)) closeNamespace(namespace);
  }
  return { links, answers } as NamespaceReadings;
}

/** Through the link in /proc. */
export function openLink(directory: string, link: NamespaceLink): Known<OpenNamespace> {
  return attempt(() => openNamespace(`${directory}/ns/${link}`));
}

/** One of nscope's own without /proc: since Linux 6.11, with the addon. */
export function openByOwnPidfd(link: NamespaceLink): Known<OpenNamespace> {
  return attempt(() => {
    const pidfd = pidfdOpen(process.pid);
    try {
      return identify(pidfdGetNamespace(pidfd, link));
    } finally {
      closeSync(pidfd);
    }
  });
}

function askNamespace(open: Known<OpenNamespace>, type: NamespaceType, ask: boolean): NamespaceAnswers {
  if (!isKnown(open)) return { id: open, owner: open, parent: open };
  if (!ask) return { id: missingInNode, owner: missingInNode, parent: missingInNode };
  const id = attempt(() => String(nsGetId(open.fd)));
  return {
    id: !isKnown(id) && type === 'mnt' ? attempt(() => String(nsGetMntnsId(open.fd))) : id,
    owner: attempt(() => readInode(nsGetUserns(open.fd))),
    parent: type === 'pid' || type === 'user' ? attempt(() => readInode(nsGetParent(open.fd))) : notAsked,
  };
}

function readInode(namespace: OpenNamespace): number {
  closeNamespace(namespace);
  return namespace.inode;
}
