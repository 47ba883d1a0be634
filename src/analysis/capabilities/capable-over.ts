// The capabilities that a process has over a user namespace, and by which rule: user_namespaces(7), "Capabilities"; in
// the kernel cap_capable(): security/commoncap.c.

import type { TaskSharing } from '../../model/evidence/task-sharing.ts';
import { type CapabilityName, hasCapability } from '../../model/names/capability-names.ts';
import { isKnown, type Known, type Unknown } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

/** The process that would act. */
export interface Subject {
  readonly euid: number;
  /** In hexadecimal. */
  readonly effective: string;
  readonly userNamespace: number;
  /** Left out it counts as one thread that shares nothing. */
  readonly sharing?: TaskSharing;
}

/**
 * `own`: it is in it, and has what its effective set has. `above`: it is in one above, and what it has there it has below.
 * `owner`: it is in the parent and has the uid of who made it, or of who made one above: it has all. `outside`: neither in it
 * nor above, and has none. `unknown`: the chain of parents is not known as far as it matters.
 */
export type CapabilityRule = 'own' | 'above' | 'owner' | 'outside' | 'unknown';

/** What a process has over a user namespace, and by which rule. */
export interface CapabilityVerdict {
  readonly rule: CapabilityRule;
  /** The capabilities, in hexadecimal; `all` by the owner's rule. */
  readonly set: Known<string> | 'all';
  readonly reason: string;
}

const gone: Unknown = Object.freeze({ unknown: 'gone' });

/** The uid that stands for those that have none in the reader's user namespace: /proc/sys/kernel/overflowuid. */
const overflowUid = 65534;

/**
 * Which capabilities a process has over a user namespace: capabilities(7), user_namespaces(7); cap_capable() of the kernel.
 * @param target - inode number of the user namespace
 */
export function findCapabilitiesOver(subject: Subject, target: number, index: SnapshotIndex): CapabilityVerdict {
  const own = formatNamespace('user', subject.userNamespace);
  const what = formatNamespace('user', target);
  if (target === subject.userNamespace)
    return { rule: 'own', set: subject.effective, reason: `it is in ${what} itself: its effective set counts` };
  const seen = new Set<number>();
  for (let here = target; !seen.has(here); ) {
    seen.add(here);
    const namespace = index.namespace('user', here);
    const parent = namespace?.parent === undefined ? gone : namespace.parent;
    if (!namespace || !isKnown(parent)) {
      const reason = `what is above ${formatNamespace('user', here)} is not known`;
      return { rule: 'unknown', set: isKnown(parent) ? gone : parent, reason };
    }
    if (parent === null) break;
    if (parent !== subject.userNamespace) {
      here = parent;
      continue;
    }
    const via = here === target ? '' : `, which is above ${what}`;
    if (namespace.ownerUid === subject.euid && !isAmbiguous(subject.euid, index))
      return {
        rule: 'owner',
        set: 'all',
        reason: `uid ${subject.euid} made ${formatNamespace('user', here)}${via}, and it is in the parent of that: it has all capabilities there`,
      };
    if (!isKnown(namespace.ownerUid) || (namespace.ownerUid === subject.euid && !hasEverything(subject.effective)))
      return {
        rule: 'unknown',
        set: isKnown(namespace.ownerUid) ? { unknown: 'unsupported' } : namespace.ownerUid,
        reason: `who made ${formatNamespace('user', here)} is not known`,
      };
    return {
      rule: 'above',
      set: subject.effective,
      reason: `it is in ${own}, which is above ${what}: what it has there it has below`,
    };
  }
  return {
    rule: 'outside',
    set: '0',
    reason: `${what} is not below ${own}, where it is: it has no capabilities there`,
  };
}

/** From a child user namespace all uids that it does not map look like this one. */
function isAmbiguous(uid: number, index: SnapshotIndex): boolean {
  const { user } = index.snapshot.host.vantage.namespaces;
  return uid === overflowUid && user !== namespaceTypeFacts.user.initialInode;
}

function hasEverything(set: string): boolean {
  return BigInt(`0x${set}`) >= 0x1_ff_ff_ff_ff_ffn;
}

/** Whether a verdict has one capability. */
export function grants(verdict: CapabilityVerdict, capability: CapabilityName): Known<boolean> {
  if (verdict.set === 'all') return true;
  return isKnown(verdict.set) ? hasCapability(verdict.set, capability) : verdict.set;
}
