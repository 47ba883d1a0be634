// Runs a command under observation: what follows it (native/trace.c) reports each refused call about namespaces while the
// process that made it stands still, so that its state can be read.
import type {
  CallerState,
  ObservedRefusal,
  RefusalEvidence,
  RefusalSettings,
} from '../../model/evidence/refusal-evidence.ts';
import { hasCapability } from '../../model/names/capability-names.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseTracedCall, type TracedCall } from '../../parse/records/traced-calls.ts';
import { requireAddon } from '../addon/require-addon.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { readTextFile } from '../files/files.ts';
import { type ChildEnd, type SpawnStep, type StepFailure, spawn, waitForChild } from '../own/spawn.ts';
import { findPidInProc } from '../process/pid-in-proc.ts';
import { readCallerState } from './caller-state.ts';
import { describeCall } from './describe-call.ts';
import { readSeenTaskLimits } from './seen-task-limits.ts';

/** What was seen of a command. */
export interface Observation {
  readonly refusals: readonly ObservedRefusal[];
  /** How the command ended; undefined where it did not start. */
  readonly end: ChildEnd | undefined;
  /** The step that failed before the command began. */
  readonly failure: StepFailure | undefined;
}

/** What nscope knows of itself, for all processes that it starts. */
export interface ObservedFrom {
  readonly settings: RefusalSettings;
  readonly trials: RefusalEvidence['trials'];
  /** Effective capabilities of nscope, in hexadecimal. */
  readonly effective: string;
}

/** Of a command that is refused the same thing for ever. */
const maxRefusals = 10_000;

/**
 * Its standard output goes to standard error. Returns when it has ended; what it has left running goes on unobserved.
 * @param command - the steps that end in it
 * @throws SyscallError, AddonMissingError
 */
export function observeCommand(command: readonly SpawnStep[], from: ObservedFrom): Observation {
  const addon = requireAddon();
  const steps: SpawnStep[] = [['trace'], ['dup2', 2, 1], ...command];
  const child = spawn(steps);
  const refusals: ObservedRefusal[] = [];
  let end: ChildEnd | undefined;
  let failure: StepFailure | undefined;
  try {
    for (let bytes = addon.receiveTraced(child.socket); bytes !== null; bytes = addon.receiveTraced(child.socket)) {
      const traced = parseTracedCall(bytes);
      if (!traced) {
        failure ??= readFailure(bytes, steps);
        continue;
      }
      if (traced.what === 'end') end = readEnd(traced.value);
      else if (refusals.length < maxRefusals) refusals.push(...look(traced, from));
      child.release();
    }
  } finally {
    child.close();
    waitForChild(child.pid);
  }
  return { refusals, end: failure ? undefined : end, failure };
}

/** struct message of native/spawn.h: what, which step, a value, an errno. */
function readFailure(bytes: Buffer, steps: readonly SpawnStep[]): StepFailure | undefined {
  if (bytes.length !== 16) return undefined;
  const message = new Int32Array(new Uint8Array(bytes).buffer);
  const step = steps[message[1] ?? 0];
  return step ? { step, errno: nameErrno(message[3] ?? 0) } : undefined;
}

function readEnd(status: number): ChildEnd {
  const signal = status & 0x7f;
  return signal === 0 ? { status: (status >> 8) & 0xff } : { signal };
}

/** The process stands still. */
function look(traced: TracedCall, from: ObservedFrom): ObservedRefusal[] {
  const pid = findPidInProc(traced.pid) ?? traced.pid;
  const caller = traced.what === 'exec' || traced.err !== 0 ? readCallerState(pid) : undefined;
  if (caller === undefined || !isKnown(caller)) return [];
  const { settings, trials } = from;
  const name = readTextFile(`/proc/${pid}/comm`);
  const comm = isKnown(name) ? name.replace(/\n$/, '') : '';
  if (traced.what === 'exec') {
    if (caller.euid === traced.value || !hasPlace(caller, traced.value, settings)) return [];
    const refused = { call: 'execve', types: [], errno: 'no privileges', target: traced.texts[1] } as const;
    const observer = !hasCapability(from.effective, 'CAP_SYS_PTRACE');
    return [{ pid, comm, evidence: { refused, caller, settings, trials: { ...trials, observer } } }];
  }
  const refused = describeCall(traced, pid);
  if (!refused) return [];
  const limits = refused.errno === 'EAGAIN' ? { taskLimits: readSeenTaskLimits(pid) } : {};
  return [{ pid, comm, evidence: { refused, caller, settings, trials: { ...trials, ...limits } } }];
}

/** A file whose owner has no place in the user namespace of the process gives no privileges in any case: bprm_fill_uid(). */
function hasPlace({ uidMap, userNamespace }: CallerState, uid: number, settings: RefusalSettings): boolean {
  const side = userNamespace === settings.userNamespace ? 'inside' : 'outside';
  return isKnown(uidMap) && uidMap.some((range) => uid >= range[side] && uid < range[side] + range.count);
}
