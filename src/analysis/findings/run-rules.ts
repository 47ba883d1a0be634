// Runs rules over a snapshot: what is wrong, and which rules could not be decided.
import { isKnown, type Unknown } from '../../model/snapshot/known.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { SnapshotIndex } from '../graph/snapshot-index.ts';
import { type Finding, severities } from './finding.ts';
import type { Need, Rule, RuleInput } from './rule.ts';

/** A rule, or a part of it, that the snapshot does not decide. */
export interface Undecided {
  readonly code: string;
  readonly why: string;
}

export interface Verdicts {
  /** The gravest first, then in the order of the rules. */
  readonly findings: readonly Finding[];
  readonly undecided: readonly Undecided[];
  /** How many rules were run, those among them that were decided in part. */
  readonly decided: number;
}

/** @param index - of that snapshot, where there is one already */
export function runRules(
  snapshot: Snapshot,
  rules: readonly Rule<never>[],
  index: SnapshotIndex = new SnapshotIndex(snapshot),
): Verdicts {
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  let decided = 0;
  const input = {
    snapshot,
    index,
    conditions: snapshot.conditions ?? {},
    workloads: isKnown(snapshot.workloads) ? snapshot.workloads : [],
    takenAtMs: Date.parse(snapshot.host.takenAt),
  };
  for (const rule of rules) {
    const lacking = rule.needs.flatMap((need) => explainLack(snapshot, need) ?? []);
    if (lacking.length > 0) {
      undecided.push({ code: rule.code, why: lacking.join('; ') });
      continue;
    }
    decided++;
    rule.find(input as unknown as RuleInput<never>, {
      add: (finding) => findings.push({ code: rule.code, ...finding }),
      undecided: (why) => undecided.push({ code: rule.code, why }),
    });
  }
  findings.sort((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
  return { findings, undecided, decided };
}

function explainLack({ workloads, conditions }: Snapshot, need: Need): string | undefined {
  const value = need === 'workloads' ? workloads : conditions?.[need];
  const { name, ask } = needs[need];
  if (value === undefined) return `the snapshot has no ${name}`;
  return isKnown<unknown>(value) ? undefined : explainUnknown(name, ask, value);
}

function explainUnknown(name: string, ask: string, { unknown, errno, detail }: Unknown): string {
  if (unknown === 'not-asked') return `the snapshot has no ${name}`;
  return `${ask} was not possible: ${detail ?? unknown}${errno === undefined ? '' : ` (${errno})`}`;
}

const needs: Readonly<Record<Need, { readonly name: string; readonly ask: string }>> = {
  workloads: { name: 'workloads', ask: 'finding workloads' },
  nameFiles: { name: 'names of namespaces', ask: 'reading the directories of names' },
  pidFiles: { name: 'PID files', ask: 'reading the PID files of engines' },
  subordinateRanges: { name: 'subordinate ids', ask: 'reading /etc/subuid and /etc/subgid' },
  sysctls: { name: 'settings of the kernel', ask: 'reading /proc/sys' },
  namespaceCounts: { name: "kernel's counts of namespaces", ask: "reading the kernel's counts of namespaces" },
  taskLimits: { name: 'limits of tasks', ask: 'reading the limits of tasks' },
  mountViews: { name: 'views of mounts', ask: 'reading the mounts of each mount namespace' },
  securities: { name: 'restrictions of processes', ask: 'reading the restrictions of processes' },
  linkLists: { name: 'network links', ask: 'listing network links' },
  mounts: { name: 'mounts', ask: 'reading all mounts of each mount namespace' },
  zombies: { name: 'second look at ended processes', ask: 'looking at ended processes again' },
  networks: { name: 'networks', ask: 'reading what each network namespace has' },
};
