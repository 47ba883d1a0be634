// Makes namespaces and starts a command in them.

import { attempt } from '../../kernel/files/files.ts';
import { closeNamespace, nsGetId, openNamespace } from '../../kernel/nsfs/nsfs.ts';
import { watchSignals } from '../../kernel/own/child-events.ts';
import { Guard } from '../../kernel/own/guard.ts';
import type { SpawnStep } from '../../kernel/own/spawn.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { chooseMaps, writeMaps } from '../plan/id-maps.ts';
import { LaunchError } from '../plan/launch-error.ts';
import { needsMaps, planRun } from '../plan/plan-run.ts';
import type { RunRequest } from '../plan/run-request.ts';
import { explainFailure } from './explain-failure.ts';
import { launch, StepError } from './launch.ts';
import { requirePidInProc } from './number-in-proc.ts';
import { Pins } from './pins.ts';
import { type Finished, superviseGuarded } from './supervise-guarded.ts';

/** A namespace that was made. */
interface MadeNamespace {
  readonly type: NamespaceType;
  readonly inode: number;
  /** The kernel's 64-bit id, in decimal; absent before Linux 6.18. */
  readonly id?: string;
}

/** What was made for a command, told before the command begins. */
export interface Made {
  /** The process that becomes the command, or its init. */
  readonly pid: number;
  readonly namespaces: readonly MadeNamespace[];
}

/**
 * Makes what was asked for, runs the command in it and waits for its end.
 * @param command - the steps that end in the command: `exec`, or one that becomes something else
 * @param name - of the command, for messages
 * @param told - hears what was made, which is read from /proc
 * @throws LaunchError, CommandError; nothing is left behind then
 */
export function runInNamespaces(
  request: RunRequest,
  command: readonly SpawnStep[],
  name: string,
  told?: (made: Made) => void,
): Finished {
  const maps = needsMaps(request) && request.maps.kind !== 'none' ? chooseMaps(request.maps) : undefined;
  const pins = new Pins();
  let guard: Guard | undefined;
  const prepare = (pid: number) => {
    if (request.pins.length > 0) pins.make(requirePidInProc(pid, '--keep mounts through /proc'), request.pins);
    watchSignals();
    guard = new Guard(pid);
    told?.({ pid, namespaces: describe(requirePidInProc(pid, '--json reads /proc'), request.types) });
  };
  const write = (pid: number) =>
    maps && writeMaps(requirePidInProc(pid, 'the maps of a user namespace are written through /proc'), maps);
  try {
    const atSync = maps ? [write, prepare] : [prepare];
    const pid = launch({ steps: planRun(request, command), atSync });
    const isInit = request.types.has('pid');
    return superviseGuarded({ pid, isInit, hasInit: request.init }, guard);
  } catch (error) {
    guard?.dismiss();
    pins.remove();
    throw error instanceof StepError ? explainFailure(error.failure, { command: name }, error) : error;
  }
}

/** @param pid - as /proc has it */
function describe(pid: number, types: ReadonlySet<NamespaceType>): MadeNamespace[] {
  return namespaceTypes
    .filter((type) => types.has(type))
    .map((type): MadeNamespace => {
      const path = `/proc/${pid}/ns/${type}`;
      const open = attempt(() => openNamespace(path));
      if (!isKnown(open)) throw new LaunchError(`${path} of what was made cannot be opened (${open.errno})`);
      const id = attempt(() => String(nsGetId(open.fd)));
      closeNamespace(open);
      return { type, inode: open.inode, ...(isKnown(id) ? { id } : {}) };
    });
}
