// The kernel's own list of namespaces: listns(2).
import { type NamespaceType, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { requireAddon } from '../addon/require-addon.ts';

interface ListnsQuestion {
  /** Only these types; all when left out. */
  readonly types?: readonly NamespaceType[];
  /** Only namespaces that this user namespace owns, by its 64-bit id. */
  readonly userNsId?: bigint;
}

/**
 * The 64-bit ids of all active namespaces, ascending. Inactive are those that no task, descriptor or bind mount holds and
 * that own no active one: a socket's, a procfs mount's, a parent alone. Without CAP_SYS_ADMIN in the initial user
 * namespace, or in a child pid namespace, the list holds those that the caller is in, and no error tells.
 * Always one call: paging loses the rest up to Linux 7.2.
 * @throws SyscallError ENOSYS before Linux 6.19; EINVAL for a `userNsId` that is no user namespace's
 * @see listns(2)
 */
export function listns(question: ListnsQuestion = {}): BigUint64Array {
  const mask = (question.types ?? []).reduce((bits, type) => bits | namespaceTypeFacts[type].cloneValue, 0);
  return parseIds(requireAddon().listns(mask, question.userNsId ?? 0n));
}

/** What the addon's call gave. */
export function parseIds(bytes: Buffer): BigUint64Array {
  // A copy, since a slice of a larger buffer need not lie on an 8-byte border.
  return new BigUint64Array(new Uint8Array(bytes).buffer);
}
