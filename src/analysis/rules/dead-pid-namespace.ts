// Pid namespaces whose init has ended, and that are still held: no process can be born in them. pid_namespaces(7)
import { hasEnded } from '../../model/derived/has-ended.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process } from '../../model/snapshot/schema.ts';
import { describeHolders, describeOrigin, measureAge, nameHoldersCommand } from '../findings/describe-namespace.ts';
import type { Finding, Fix } from '../findings/finding.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { planUnpins } from '../findings/unpin.ts';
import { judgePidNamespace } from '../graph/pid-namespace-life.ts';

/** Where the kernel did not tell, each takes a look at all processes. */
const maxJudged = 100;

export const deadPidNamespace: Rule<never> = {
  code: 'dead-pid-namespace',
  severity: 'error',
  title: 'pid namespaces whose init has ended, and that are still held',
  means:
    'It never lives again: fork(2) into it fails with ENOMEM ("Cannot allocate memory"). What holds it keeps it for nothing.',
  needs: [],
  find(input, report) {
    let judged = 0;
    let left = 0;
    for (const namespace of input.snapshot.namespaces) {
      if (namespace.type !== 'pid' || namespace.initial === true) continue;
      if (namespace.stage === undefined) {
        if (hasLiving(namespace, input)) continue;
        if (judged++ >= maxJudged) {
          left++;
          continue;
        }
      }
      const { state, zombies } = judgePidNamespace(namespace, input.index);
      // It is ending right now, or waits for the parent of its init: that is a matter of init-does-not-reap.
      if (state !== 'dead' || zombies.length > 0) continue;
      const finding = describe(namespace, input);
      if (finding) report.add(finding);
    }
    if (left > 0)
      report.undecided(`${left} more pid namespaces without a process: whether each had its init is not known`);
  },
};

function hasLiving({ inode }: Namespace, { index }: RuleInput<never>): boolean {
  return index.membersOf('pid', inode).some((one) => one.namespaces.pid === inode && !hasEnded(one));
}

function describe(namespace: Namespace, input: RuleInput<never>): Omit<Finding, 'code'> | undefined {
  const { type, inode, holders, holderCounts } = namespace;
  const { index } = input;
  const parents = index
    .membersOf(type, inode)
    .filter((one) => one.namespaces.pid !== inode && one.namespaces.pid_for_children === inode && !hasEnded(one));
  const mounts = holders.some(({ kind }) => kind === 'bind-mount' || kind === 'file-system');
  // A pidfd of a process that ended is no fault of whoever has it, and goes as soon as they look.
  if (parents.length === 0 && !mounts && holderCounts.fd === undefined) return undefined;
  return {
    severity: parents.length > 0 ? 'error' : mounts ? 'warning' : 'note',
    subjects: [{ kind: 'namespace', type, inode }, ...parents.map(({ pid }) => ({ kind: 'process' as const, pid }))],
    says:
      parents.length > 0
        ? `process ${parents[0]?.pid} (${parents[0]?.comm}) can start no child: its children would be born in ${formatNamespace(type, inode)}, whose init has ended`
        : `${formatNamespace(type, inode)} is dead, and still held`,
    seen: [
      'its init has ended, so that no process can be born in it',
      ...describeOrigin(namespace, index, measureAge(namespace, input.takenAtMs)),
      ...describeHolders(namespace, index),
    ],
    fixes: [...parents.map(restart), ...listUnpins(namespace, input)],
  };
}

function restart({ pid, comm }: Process): Fix {
  return {
    text: `process ${pid} (${comm}) must make a new pid namespace or end: unshare --fork lets the first child be an init that stays`,
    command: `kill ${pid}`,
  };
}

function listUnpins(namespace: Namespace, { index }: RuleInput<never>): Fix[] {
  const pins = namespace.holders.flatMap((holder) =>
    holder.kind === 'bind-mount' && isKnown(holder.path)
      ? [{ path: holder.path, mountNamespace: isKnown(holder.mountNamespace) ? holder.mountNamespace : undefined }]
      : [],
  );
  const fixes = planUnpins(pins, namespace, index);
  if (namespace.holders.every(({ kind }) => kind === 'bind-mount')) return fixes;
  return [
    ...fixes,
    { text: `release what else holds it: ${nameHoldersCommand(namespace)} gives the command for each` },
  ];
}
