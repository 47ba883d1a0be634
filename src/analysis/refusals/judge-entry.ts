// Why a namespace cannot be entered: what the kernel answered, by the rules of setns(2) and by what comes before them.
import type { FilterProbe, RefusedCall } from '../../model/evidence/refusal-evidence.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { EntryRule } from '../capabilities/demand-alone.ts';
import type { NamespacePowers } from '../capabilities/may-enter.ts';
import type { GateFinding } from './explain.ts';

/** What was tried on one namespace, and what the rules say. */
export interface EntryTrial {
  readonly namespace: { readonly type: NamespaceType; readonly inode: number };
  /** What was named to be entered, as a word of a shell. */
  readonly target: string;
  /** Whether nscope is in it already: nothing was tried then. */
  readonly isOwn: boolean;
  /** Whether the namespace could be opened, without which nothing can be tried. */
  readonly opened: Known<true>;
  /** What setns(2) answered; null where it was carried out, undefined where it was not tried. */
  readonly direct?: string | null;
  /** The same after the user namespace that owns it was entered. */
  readonly throughOwner?: string | null;
  readonly powers: NamespacePowers;
  readonly probes: readonly FilterProbe[];
}

export interface EntryJudgement {
  /** `inode` null: which it is, is not known, since the link of the process is refused. */
  readonly namespace: { readonly type: NamespaceType; readonly inode: number | null };
  readonly verdict: 'already in it' | 'directly' | 'through its owner' | 'refused';
  readonly refused: RefusedCall | null;
  readonly findings: readonly GateFinding[];
}

export function judgeEntry(trial: EntryTrial): EntryJudgement {
  const { namespace, isOwn, opened, direct, throughOwner } = trial;
  const pass = (verdict: EntryJudgement['verdict']) => ({ namespace, verdict, refused: null, findings: [] });
  if (isOwn) return pass('already in it');
  if (direct === null) return pass('directly');
  if (throughOwner === null) return pass('through its owner');
  const { type, inode } = namespace;
  const errno = isKnown(opened) ? (direct ?? 'EPERM') : (opened.errno ?? 'EACCES');
  const refused: RefusedCall = { call: 'setns', types: [type], errno, target: formatNamespace(type, inode) };
  return { namespace, verdict: 'refused', refused, findings: explain(trial, errno) };
}

/** A process whose links may not be followed: where they lead is not known, and nothing can be tried. */
export interface ClosedProcess {
  readonly pid: number;
  /** What was named to be entered, as a word of a shell. */
  readonly target: string;
  readonly uid: Known<number>;
  readonly errno: string;
  /** Of who asks. */
  readonly euid: number;
  readonly effective: string;
}

export function judgeClosedLink(
  type: NamespaceType,
  { pid, target, uid, errno, euid, effective }: ClosedProcess,
): EntryJudgement {
  const link = `/proc/${pid}/ns/${type}`;
  const owner = isKnown(uid) ? `uid ${uid}` : 'a uid that is not known';
  const evidence = [
    `the link is refused (${errno})`,
    `process ${pid} has ${owner}, nscope has uid ${euid} and CapEff ${effective}`,
  ];
  const finding = explainOpening(evidence, target);
  const refused: RefusedCall = { call: 'setns', types: [type], errno, target: link };
  return { namespace: { type, inode: null }, verdict: 'refused', refused, findings: [finding] };
}

function explain({ opened, probes, powers, namespace, target }: EntryTrial, errno: string): GateFinding[] {
  const filter = probes.find(({ call, type }) => call === 'setns' && type === namespace.type);
  if (filter && filter.answered !== filter.expected)
    return [
      {
        gate: 'seccomp',
        source: 'kernel/seccomp.c __secure_computing()',
        certainty: 'certain',
        evidence: [`${filter.written} answered ${filter.answered}, and the kernel itself answers ${filter.expected}`],
        meaning: 'a seccomp filter answers setns before the kernel looks at it',
        fix: { how: 'allow setns in the profile of whoever made the filter', command: null },
      },
    ];
  const unmet = powers.entryRules.filter(({ met }) => met === false);
  if (!isKnown(opened))
    return [
      explainOpening([`no way to it could be opened (${errno})`], target),
      ...unmet.map((rule) => describeRule(rule, 'next', target)),
    ];
  if (unmet.length > 0) return unmet.map((rule, place) => describeRule(rule, place === 0 ? 'certain' : 'next', target));
  const open = powers.entryRules.filter(({ met }) => !isKnown(met));
  if (open.length > 0) return open.map((rule) => describeRule(rule, 'likely', target));
  return [
    {
      gate: 'unknown',
      source: '',
      certainty: 'likely',
      evidence: powers.entryRules.map(({ demand }) => `met: ${demand}`),
      meaning: `all that setns(2) demands is met, and it answered ${errno}: a security module is left`,
      fix: { how: 'look into the kernel log', command: 'dmesg' },
    },
  ];
}

function explainOpening(evidence: readonly string[], target: string): GateFinding {
  return {
    gate: 'proc-access',
    source: 'fs/proc/namespaces.c proc_ns_get_link(): ptrace_may_access()',
    certainty: 'certain',
    evidence,
    meaning:
      'the links in /proc/PID/ns open only to who may trace the process: the same user with no fewer capabilities, or CAP_SYS_PTRACE over its user namespace; security modules such as Yama take part in that',
    fix: { how: 'ask as the user of that process, or as root of the host', command: `sudo nscope enter ${target}` },
  };
}

function describeRule(
  { demand, met, reason }: EntryRule,
  certainty: GateFinding['certainty'],
  target: string,
): GateFinding {
  const isCapability = demand.startsWith('CAP_');
  return {
    gate: isCapability ? 'capability' : demand.startsWith('one thread') ? 'threads' : 'setns-rules',
    source: 'kernel/nsproxy.c validate_nsset(), the install() of each type',
    certainty,
    evidence: [isKnown(met) ? reason : `not known: ${reason}`],
    meaning: `setns demands ${demand}`,
    fix: isCapability
      ? {
          how: 'enter the user namespace that owns it first (nscope enter does so), which its maker and who is above may do; else as root of the host',
          command: `sudo nscope enter ${target}`,
        }
      : { how: 'a process that meets this demand may do it', command: null },
  };
}
