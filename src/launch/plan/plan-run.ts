// The steps from nscope to a command in new namespaces.
import { constants } from 'node:os';
import type { SpawnStep } from '../../kernel/own/spawn.ts';
import { type NamespaceType, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { mountFlags } from './mount-flags.ts';
import type { Propagation, RunRequest } from './run-request.ts';

/**
 * Two processes take them. The first makes the user and the time namespace, whose maps and offsets must be there before
 * anybody is born in them; the second is made by clone with the flags of all others, so that it is PID 1 of a new pid
 * namespace, and becomes the command.
 */
export function planRun(request: RunRequest, command: readonly SpawnStep[]): SpawnStep[] {
  const { types } = request;
  const steps: SpawnStep[] = [];
  if (types.has('user')) steps.push(['unshare', flagsOf(['user'])]);
  if (needsMaps(request)) steps.push(['sync']);
  if (types.has('time')) {
    steps.push(['unshare', flagsOf(['time'])]);
    const offsets = formatOffsets(request);
    if (offsets !== '') steps.push(['write', '/proc/self/timens_offsets', offsets]);
  }
  steps.push(['clone', flagsOf([...types].filter((type) => type !== 'user' && type !== 'time'))]);
  if (types.has('mnt')) steps.push(...planMounts(request));
  if (request.loopback) steps.push(['ifup', 'lo']);
  if (request.hostname !== undefined) steps.push(['sethostname', request.hostname]);
  steps.push(['sync']);
  if (request.workdir !== undefined) steps.push(['chdir', request.workdir]);
  if (types.has('pid')) steps.push(['pdeathsig', constants.signals.SIGKILL]);
  if (request.init) steps.push(['init']);
  return [...steps, ...command];
}

export function needsMaps({ types, maps }: RunRequest): boolean {
  return types.has('user') && maps.kind !== 'none';
}

function flagsOf(types: readonly NamespaceType[]): number {
  return types.reduce((flags, type) => flags + namespaceTypeFacts[type].cloneValue, 0);
}

const propagationFlags: Readonly<Record<Exclude<Propagation, 'unchanged'>, number>> = {
  private: mountFlags.private,
  slave: mountFlags.slave,
  shared: mountFlags.shared,
};

function planMounts({ propagation, mountProc }: RunRequest): SpawnStep[] {
  const steps: SpawnStep[] = [];
  if (propagation !== 'unchanged')
    steps.push(['mount', 'none', '/', null, mountFlags.rec + propagationFlags[propagation], null]);
  if (!mountProc) return steps;
  // Where mounts propagate, a new /proc would cover that of the host as well.
  if (propagation === 'shared' || propagation === 'unchanged')
    steps.push(['mount', 'none', '/proc', null, mountFlags.rec + mountFlags.private, null]);
  steps.push(['mount', 'proc', '/proc', 'proc', mountFlags.nosuid + mountFlags.nodev + mountFlags.noexec, null]);
  return steps;
}

/** time_namespaces(7): one line for each clock, seconds and nanoseconds. */
function formatOffsets({ monotonic, boottime }: RunRequest): string {
  const line = (clock: string, seconds: string | undefined) => (seconds === undefined ? '' : `${clock} ${seconds} 0\n`);
  return line('monotonic', monotonic) + line('boottime', boottime);
}
