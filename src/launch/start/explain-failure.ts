// What a failed step means, in a sentence: which setting, limit or missing capability is behind the errno.
import { existsSync } from 'node:fs';
import { readTextFile, toPath } from '../../kernel/files/files.ts';
import { type SpawnStep, type StepFailure, takeSteps } from '../../kernel/own/spawn.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import {
  formatNamespace,
  type NamespaceType,
  namespaceTypeFacts,
  namespaceTypes,
} from '../../model/snapshot/namespace-types.ts';
import { describeOwn } from '../namespaces/describe-own.ts';
import { explainSetns, type JoinedNamespace } from '../plan/explain-setns.ts';
import { CommandError, LaunchError } from '../plan/launch-error.ts';

/** What the steps were for. */
interface LaunchContext {
  /** The command's name, as it was written. */
  readonly command: string;
  /** Namespaces that the steps enter, by the descriptor that `setns` names. */
  readonly joined?: ReadonlyMap<number, JoinedNamespace>;
}

/** The error for a failed step; its message says what a person can do. */
export function explainFailure(failure: StepFailure, context: LaunchContext, cause?: unknown): Error {
  const { step, errno } = failure;
  switch (step[0]) {
    case 'exec':
      return explainExec(step, errno, context, cause);
    case 'unshare':
    case 'clone':
      return new LaunchError(explainMaking(step[1], errno, context), { cause });
    case 'setns':
      return new LaunchError(explainSetns(context.joined?.get(step[1]), errno), { cause });
    default:
      return new LaunchError(explainOther(step, errno), { cause });
  }
}

function explainExec(
  [, files]: Extract<SpawnStep, readonly ['exec', ...unknown[]]>,
  errno: string,
  { command }: LaunchContext,
  cause: unknown,
): CommandError {
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    // Seen from here, which is not always where the command was looked for.
    const there = files.find((file) => file.includes('/') && existsSync(toPath(file)));
    return new CommandError(
      there === undefined
        ? `${command}: no such command${command.includes('/') ? ` (${errno})` : ''}`
        : `${command}: ${there} is here, but not where the command was to run, or the interpreter that it names is missing (${errno})`,
      127,
      cause,
    );
  }
  const why = errno === 'EACCES' ? 'permission denied' : errno === 'ENOEXEC' ? 'not a program' : errno;
  return new CommandError(`${command}: cannot be executed: ${why}`, 126, cause);
}

function explainMaking(flags: number, errno: string, context: LaunchContext): string {
  const types = namespaceTypes.filter((type) => (flags & namespaceTypeFacts[type].cloneValue) !== 0);
  const what = `a new ${types.join(', ')} namespace cannot be made (${errno})`;
  switch (errno) {
    case 'EPERM':
      return types.includes('user')
        ? `${what}: ${explainForbiddenUser()}`
        : `${what}: that needs CAP_SYS_ADMIN in the user namespace that nscope is in, ${describeOwn('user')}; an ordinary user can have it in a new user namespace: --map-root`;
    case 'EINVAL': {
      const lacking = types.filter((type) => !existsSync(`/proc/self/ns/${type}`));
      const [first] = lacking;
      return first === undefined
        ? what
        : `this kernel has no ${lacking.join(', ')} namespaces: they came with Linux ${namespaceTypeFacts[first].since}, or were left out when it was built`;
    }
    case 'ENOSPC':
    case 'EUSERS':
      return explainLimit(types, what);
    case 'ENOMEM':
      return explainDeadPidNamespace(context) ?? `${what}: out of memory`;
    case 'EAGAIN':
      return `${what}: there may be no more processes (ulimit -u, pids.max of the cgroup, or kernel.pid_max)`;
    default:
      return what;
  }
}

/** A pid namespace without its init gives no PIDs: pid_namespaces(7). */
function explainDeadPidNamespace({ joined }: LaunchContext): string | undefined {
  const entered = [...(joined?.values() ?? [])].find(({ type }) => type === 'pid');
  if (!entered) return undefined;
  const name = formatNamespace('pid', entered.inode);
  return `${name} is dead (ENOMEM): its init has ended, so the kernel gives out no PID in it; it exists only as long as something holds it, and nothing can revive it. See what holds it: nscope holders '${name}'`;
}

/** The settings that can forbid user namespaces to an ordinary user, and what the kernel itself asks for. */
function explainForbiddenUser(): string {
  const clone = readSetting('kernel/unprivileged_userns_clone');
  if (clone === '0')
    return 'kernel.unprivileged_userns_clone is 0, which forbids it to all but root; root allows it with: sysctl kernel.unprivileged_userns_clone=1';
  const apparmor = readSetting('kernel/apparmor_restrict_unprivileged_userns');
  if (apparmor === '1')
    return 'kernel.apparmor_restrict_unprivileged_userns is 1: AppArmor forbids it to programs without a profile that allows userns; root allows it with such a profile, or for all with: sysctl kernel.apparmor_restrict_unprivileged_userns=0';
  const selinux = readTextFile('/sys/fs/selinux/enforce');
  const lsm = isKnown(selinux) && selinux.trim() === '1' ? ', SELinux (look for user_namespace in its audit log)' : '';
  return `no setting under /proc/sys/kernel forbids it; what remains: a seccomp filter (the usual one of container engines forbids it), a chroot${lsm}, or a uid that has no place in ${describeOwn('user')}`;
}

/** Which limit it is: each type is tried alone, in a process that ends at once. */
function explainLimit(types: readonly NamespaceType[], what: string): string {
  const full = types.filter((type) => {
    const failure = takeSteps([['unshare', namespaceTypeFacts[type].cloneValue]]);
    return failure?.errno === 'ENOSPC' || failure?.errno === 'EUSERS';
  });
  const limits = (full.length > 0 ? full : types).map((type) => {
    const name = `max_${type}_namespaces`;
    return `user.${name} is ${readSetting(`user/${name}`) ?? 'unreadable'} here`;
  });
  const uid = process.geteuid?.() ?? 0;
  const depth = types.includes('user') ? '; user namespaces also nest 33 deep at most' : '';
  return `${what}: a limit is reached: ${limits.join(', ')}. It counts the namespaces that uid ${uid} has made in ${describeOwn('user')}, and in each user namespace above those of whoever made the one below${depth}`;
}

function explainOther(step: SpawnStep, errno: string): string {
  switch (step[0]) {
    case 'mount':
      if (step[3] !== 'proc') return `the propagation of mounts cannot be set on ${step[2]} (${errno})`;
      return errno === 'EPERM'
        ? 'a new /proc cannot be mounted (EPERM): in a user namespace that needs a /proc that is whole here; parts of it are covered, as container engines do'
        : `a new /proc cannot be mounted (${errno})`;
    case 'write':
      return `${step[1]} refused ${JSON.stringify(step[2])} (${errno})${errno === 'ERANGE' ? ': the clock would be before the boot or too far ahead' : ''}`;
    case 'sethostname':
      return `the host name cannot be "${step[1]}" (${errno})${errno === 'EINVAL' ? ': it has more than 64 bytes' : ''}`;
    case 'ifup':
      return `the interface ${step[1]} cannot be brought up (${errno})`;
    case 'chdir':
      return `the working directory cannot be ${step[1]} (${errno})`;
    case 'setgroups':
    case 'setgid':
    case 'setuid':
      return `${step[0]} to ${String(step[1])} was refused (${errno})${errno === 'EINVAL' ? ': the id is not mapped in that user namespace' : ''}`;
    case 'chroot':
    case 'fchdir':
      return `the root or working directory of the target cannot be entered (${errno})`;
    default:
      return `${step[0]} failed (${errno})`;
  }
}

function readSetting(name: string): string | undefined {
  const text = readTextFile(`/proc/sys/${name}`);
  return isKnown(text) ? text.trim() : undefined;
}
