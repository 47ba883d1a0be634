// Whether a process may enter a namespace, and what it may change there. The rules of setns(2) for each type, and the
// capability that governs what the type isolates. Security modules, seccomp and who may open the link are not looked
// at.
import type { CapabilityName } from '../../model/names/capability-names.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { type CapabilityVerdict, findCapabilitiesOver, grants, type Subject } from './capable-over.ts';
import { demandAlone, type EntryRule } from './demand-alone.ts';

/** `through-owner`: not as it is, but after it has entered the owning user namespace. */
export type EntryVerdict = 'yes' | 'through-owner' | 'no' | 'unknown';

/** What a process may do to a namespace, with the rules that say so. */
export interface NamespacePowers {
  readonly over: CapabilityVerdict;
  readonly enter: EntryVerdict;
  /** All that setns(2) demands; it succeeds when all are met. */
  readonly entryRules: readonly EntryRule[];
  /** The capability that governs what the type isolates, and whether the process has it over the owner. */
  readonly configure: { readonly capability: CapabilityName; readonly granted: Known<boolean> };
  /** The sum: it may enter, or may configure without entering what it is in already or holds open, or nothing. */
  readonly verdict: 'enter' | 'configure' | 'none' | 'unknown';
}

/** What it takes to change what a type isolates, as the man page of each type has it. */
const governing: Readonly<Record<NamespaceType, CapabilityName>> = {
  cgroup: 'CAP_SYS_ADMIN',
  ipc: 'CAP_SYS_ADMIN',
  mnt: 'CAP_SYS_ADMIN',
  net: 'CAP_NET_ADMIN',
  pid: 'CAP_SYS_ADMIN',
  time: 'CAP_SYS_TIME',
  user: 'CAP_SETUID',
  uts: 'CAP_SYS_ADMIN',
};

/**
 * What a process may do to a namespace: enter it by setns(2), or change what it isolates.
 * @param pidNamespace - the pid namespace that the process is in, which those it enters must be below
 */
export function explainPowers(
  subject: Subject,
  pidNamespace: Known<number>,
  target: Namespace,
  index: SnapshotIndex,
): NamespacePowers {
  const owner = target.type === 'user' ? target.inode : target.owner;
  const over = isKnown(owner) && owner !== null ? findCapabilitiesOver(subject, owner, index) : ownerUnknown(target);
  const entryRules = listEntryRules(subject, pidNamespace, target, over, index);
  const enter = decide(entryRules);
  const capability = governing[target.type];
  const granted = grants(over, capability);
  const through = enter === 'no' && target.type !== 'user' && canGoThroughOwner(subject, pidNamespace, target, index);
  return {
    over,
    enter: through ? 'through-owner' : enter,
    entryRules,
    configure: { capability, granted },
    verdict: enter === 'yes' || through ? 'enter' : granted === true ? 'configure' : isUnknown(enter, granted),
  };
}

function isUnknown(enter: EntryVerdict, granted: Known<boolean>): 'unknown' | 'none' {
  return enter === 'unknown' || !isKnown(granted) ? 'unknown' : 'none';
}

function ownerUnknown({ type, inode, owner }: Namespace): CapabilityVerdict {
  const set = isKnown(owner) ? ({ unknown: 'unsupported' } as const) : owner;
  return { rule: 'unknown', set, reason: `which user namespace owns ${formatNamespace(type, inode)} is not known` };
}

function listEntryRules(
  subject: Subject,
  pidNamespace: Known<number>,
  target: Namespace,
  over: CapabilityVerdict,
  index: SnapshotIndex,
): EntryRule[] {
  const overTarget = demand(
    over,
    'CAP_SYS_ADMIN',
    target.type === 'user' ? 'in it' : 'in the user namespace that owns it',
  );
  if (target.type === 'user')
    return [demandAnother(subject, target), overTarget, ...demandAlone(subject.sharing, 'user')];
  const own = findCapabilitiesOver(subject, subject.userNamespace, index);
  const inOwn = (capability: CapabilityName) => demand(own, capability, 'in the user namespace that it is in');
  const rules = [overTarget, inOwn('CAP_SYS_ADMIN')];
  if (target.type === 'mnt') rules.push(inOwn('CAP_SYS_CHROOT'));
  if (target.type === 'pid') rules.push(demandBelow(pidNamespace, target, index));
  return [...rules, ...demandAlone(subject.sharing, target.type)];
}

function demand(verdict: CapabilityVerdict, capability: CapabilityName, where: string): EntryRule {
  return { demand: `${capability} ${where}`, met: grants(verdict, capability), reason: verdict.reason };
}

function demandAnother({ userNamespace }: Subject, { inode }: Namespace): EntryRule {
  const met = userNamespace !== inode;
  const reason = met ? 'it is in another one' : 'it is in it already, and may not gain capabilities by entering again';
  return { demand: 'another user namespace than its own', met, reason };
}

/** A process sees those below its pid namespace alone: pid_namespaces(7). */
function demandBelow(own: Known<number>, target: Namespace, index: SnapshotIndex): EntryRule {
  const text = 'its own pid namespace, or one below';
  if (!isKnown(own)) return { demand: text, met: own, reason: 'its own pid namespace is not known' };
  const seen = new Set<number>();
  for (let here: Known<number | null> = target.inode; ; ) {
    if (here === null) break;
    if (!isKnown(here)) return { demand: text, met: here, reason: 'what is above the target is not known' };
    if (here === own) return { demand: text, met: true, reason: `it is in ${formatNamespace('pid', own)}` };
    if (seen.has(here)) break;
    seen.add(here);
    const above: Known<number | null> | undefined = index.namespace('pid', here)?.parent;
    here = above === undefined ? { unknown: 'gone' } : above;
  }
  return { demand: text, met: false, reason: `it is in ${formatNamespace('pid', own)}, and nobody gets out of one` };
}

function decide(rules: readonly EntryRule[]): EntryVerdict {
  if (rules.some(({ met }) => met === false)) return 'no';
  return rules.every(({ met }) => met === true) ? 'yes' : 'unknown';
}

/** Entering a user namespace gives all capabilities in it: then the demands are met there. */
function canGoThroughOwner(
  subject: Subject,
  pidNamespace: Known<number>,
  target: Namespace,
  index: SnapshotIndex,
): boolean {
  const owner = isKnown(target.owner) && target.owner !== null ? index.namespace('user', target.owner) : undefined;
  if (!owner || explainPowers(subject, pidNamespace, owner, index).enter !== 'yes') return false;
  const inside: Subject = { ...subject, userNamespace: owner.inode, effective: allCapabilities };
  return explainPowers(inside, pidNamespace, target, index).enter === 'yes';
}

const allCapabilities = '1ffffffffff';
