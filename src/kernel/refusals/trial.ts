// Asks the kernel for namespaces in a child that ends at once: nothing is changed, and nothing is left.
import type { ObservedCall } from '../../model/evidence/refusal-evidence.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { type SpawnStep, spawn, waitForChild } from '../own/spawn.ts';

/** What became of a trial: `errno` null where every step was carried out. */
export interface TrialAnswer {
  readonly errno: string | null;
  /** The step that failed, by its place among the steps; undefined where none did, or the child was killed. */
  readonly failed?: number;
}

/** SIGSYS: a filter of seccomp(2) has ended the child in place of an answer. */
const sigsys = 31;

/**
 * @param atSync - is called with the child's PID at each step `sync`
 * @throws TrialError where no child can be had; AddonMissingError
 */
export function tryInChild(steps: readonly SpawnStep[], atSync?: (pid: number) => void): TrialAnswer {
  const child = start(steps);
  const pids = [child.pid];
  let answer: TrialAnswer | undefined;
  /** The step at which it waits. */
  let waitsAt: number | undefined;
  try {
    for (let message = child.receive(); message.what !== 'closed'; message = child.receive()) {
      if (message.what === 'goes-on') pids.push(message.pid);
      if (message.what === 'failed')
        answer = { errno: message.failure.errno, failed: steps.indexOf(message.failure.step) };
      if (message.what === 'waits') waitsAt = message.index;
      // A new process may say that it waits before the one that made it has said its PID.
      if (waitsAt === undefined || pids.length <= countClones(steps, waitsAt)) continue;
      atSync?.(pids.at(-1) ?? child.pid);
      waitsAt = undefined;
      child.release();
    }
  } finally {
    child.close();
  }
  const ends = pids.map(waitForChild);
  if (answer) return answer;
  const killed = ends.find((end) => 'signal' in end);
  if (!killed || !('signal' in killed)) return { errno: null };
  return { errno: killed.signal === sigsys ? 'SIGSYS' : `signal ${killed.signal}` };
}

function countClones(steps: readonly SpawnStep[], before: number): number {
  return steps.slice(0, before).filter(([step]) => step === 'clone').length;
}

/** Says where the caller may not even have a child, since a filter answers clone(2). */
function start(steps: readonly SpawnStep[]): ReturnType<typeof spawn> {
  try {
    return spawn(steps);
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    throw new TrialError(`nothing can be tried: no child could be started (${error.syscall}: ${error.code})`, {
      cause: error,
    });
  }
}

/** A trial needs a child, and none could be had. */
export class TrialError extends Error {
  override readonly name = 'TrialError';
  readonly code = 'NSCOPE_TRIAL';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
}

/** The name of a step as a system call. */
export function nameCall(step: SpawnStep | undefined): ObservedCall {
  switch (step?.[0]) {
    case 'clone':
    case 'setns':
    case 'mount':
    case 'chroot':
    case 'setgroups':
    case 'write':
    case 'sethostname':
      return step[0];
    case 'umount':
      return 'umount2';
    case 'setgid':
      return 'setresgid';
    case 'setuid':
      return 'setresuid';
    default:
      return 'unshare';
  }
}
