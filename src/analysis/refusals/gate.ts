// What a gate is: one place in the kernel that may refuse a call about namespaces, and the rule by which it is known.
import type { RefusalEvidence } from '../../model/evidence/refusal-evidence.ts';
import { type CapabilityName, hasCapability } from '../../model/names/capability-names.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';

/** Stable: scripts find a gate by its name. */
export type GateName =
  | 'apparmor'
  | 'capability'
  | 'chroot'
  | 'depth'
  | 'id-map'
  | 'limit'
  | 'locked-mount'
  | 'masked'
  | 'missing'
  | 'no-new-privs'
  | 'observer'
  | 'proc-access'
  | 'security-module'
  | 'selinux'
  | 'setgroups'
  | 'seccomp'
  | 'setns-rules'
  | 'tasks'
  | 'threads'
  | 'unknown'
  | 'userns-clone';

/** What lifts a refusal: nscope never does it. */
export interface Fix {
  /** A sentence: the narrowest change, and who can make it. */
  readonly how: string;
  /** A command for a POSIX shell that does it, where there is one. */
  readonly command: string | null;
}

/** What a gate says of a refusal. */
export interface Ruling {
  /** True where the gate refuses this call for certain; false where it may be the one. */
  readonly closed: boolean;
  /** What was seen: numbers, settings, answers. */
  readonly evidence: readonly string[];
  /** What that means. */
  readonly meaning: string;
  readonly fix: Fix;
}

/** One place in the kernel where a call may be refused. */
export interface Gate {
  readonly name: GateName;
  /** The function of the kernel that refuses. */
  readonly source: string;
  /** @returns undefined where it lets the call pass, or would have answered with another errno */
  judge(evidence: RefusalEvidence): Ruling | undefined;
}

/** The user namespace of who asks, as text. */
export function nameCallersNamespace({ caller: { userNamespace } }: RefusalEvidence): string {
  return isKnown(userNamespace) ? formatNamespace('user', userNamespace) : 'its user namespace';
}

export function isInInitialNamespace({ caller: { userNamespace } }: RefusalEvidence): boolean {
  return userNamespace === namespaceTypeFacts.user.initialInode;
}

/** Whether who asks has a capability in its own user namespace. */
export function isCapable({ caller }: RefusalEvidence, name: CapabilityName): boolean {
  return hasCapability(caller.effective, name);
}

/** Whether the call makes a user namespace. */
export function makesUser({ refused }: RefusalEvidence): boolean {
  return isMaking(refused.call) && refused.types.includes('user');
}

export function isMaking(call: string): boolean {
  return call === 'unshare' || call === 'clone' || call === 'clone3';
}
