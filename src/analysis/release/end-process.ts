// The signal that ends a process that holds a namespace: signal(7), pid_namespaces(7)

import type { HoldingProcess, ReleaseEvidence } from '../../model/evidence/release-evidence.ts';
import { isCapable } from '../../model/names/capabilities.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { describeCommand } from './command.ts';
import { byCommand, noCommand, type Release } from './release.ts';

const term = 15;
/** SIGRTMIN+3 of glibc, on which systemd(1) halts. */
const haltOfSystemd = 37;

/** @param pid - of the process; a thread cannot be ended alone */
export function planEnd(pid: number, index: SnapshotIndex, evidence: ReleaseEvidence): Release {
  const { vantage } = index.snapshot.host;
  if ((index.process(vantage.pid)?.pids.length ?? 1) > 1)
    return noCommand(
      `process ${pid} must end: kill it in the pid namespace that /proc shows, whose numbers these are; a shell here is in one below it`,
    );
  if (pid === vantage.pid) return noCommand('nscope itself, which has ended by now');
  const process = index.process(pid);
  if (process?.kernelThread) return noCommand('a kernel thread: it stays until the host stops');
  const now = evidence.processes.get(pid);
  if (now === undefined) return noCommand(`process ${pid} must end; nothing was read about it`);
  if (!isKnown(now))
    return noCommand(
      now.unknown === 'gone'
        ? 'it has ended meanwhile'
        : `process ${pid} must end; its signals are refused (${now.errno})`,
    );
  if (process && process.startTimeTicks !== now.startTimeTicks) return noCommand('it has ended meanwhile');
  if (now.livingThreads === 0) return explainZombie(now, index);
  if (pid === 1) return noCommand(explainInit(process, index));
  // Of version 1: a task of version 2 is S, and SIGKILL ends it.
  if (now.frozen && now.state === 'D')
    return noCommand('its control group is frozen, and no signal reaches it until that is thawed');
  return byCommand(chooseSignal(pid, process, now), [
    ...explainSignal(pid, process, now),
    now.pids.length > 1 && isInit(now) ? 'all processes of its pid namespace end with it' : undefined,
    now.state === 'D'
      ? 'it is in the middle of a system call that no signal interrupts, and ends after that'
      : undefined,
    process && process.uid !== vantage.uid && !isCapable(vantage, 'CAP_KILL') && vantage.uid !== 0
      ? 'as its user, or as root'
      : undefined,
  ]);
}

/** Who traces it is told of its end first, and then its parent. */
function explainZombie({ parent, tracer }: HoldingProcess, index: SnapshotIndex): Release {
  const waiting = tracer === 0 ? parent : tracer;
  const command = index.process(waiting);
  const who = `process ${waiting}${command ? ` (${describeCommand(command)})` : ''}`;
  return noCommand(`it has ended already, and goes when ${who} waits for it or ends`);
}

/** Inside a container PID 1 is the container's. */
function explainInit(process: Process | undefined, index: SnapshotIndex): string {
  const inode = process?.namespaces.pid;
  const own = inode !== undefined && isKnown(inode) ? index.namespace('pid', inode) : undefined;
  return own?.initial === false
    ? 'the init of the pid namespace that /proc shows: it is ended from outside alone'
    : 'the init of this host: it stays until the host stops';
}

/** It is PID 1 in its pid namespace; that of the /proc that is read is 1 there as well, and is told apart before. */
function isInit({ pids }: HoldingProcess): boolean {
  return pids.at(-1) === 1;
}

/** What becomes of SIGTERM: it ends the process, or is handed to it, or does nothing. A frozen process takes none. */
function judgeTerm({ frozen, ...now }: HoldingProcess): 'ends' | 'is handed over' | 'does nothing' {
  const fate = judgeThawed(now);
  return frozen && fate === 'is handed over' ? 'does nothing' : fate;
}

function judgeThawed({
  signals,
  readSignals,
  pids,
}: Omit<HoldingProcess, 'frozen'>): 'ends' | 'is handed over' | 'does nothing' {
  if (signals.blocked.includes(term)) return readSignals.includes(term) ? 'is handed over' : 'does nothing';
  if (signals.handled.includes(term)) return 'is handed over';
  return signals.ignored.includes(term) || pids.at(-1) === 1 ? 'does nothing' : 'ends';
}

/** systemd executes itself anew on SIGTERM. */
function isSystemd(process: Process | undefined, now: HoldingProcess): boolean {
  return process?.comm === 'systemd' && isInit(now) && !now.frozen && now.readSignals.includes(haltOfSystemd);
}

function chooseSignal(pid: number, process: Process | undefined, now: HoldingProcess): string {
  const signal = isSystemd(process, now) ? `-${haltOfSystemd} ` : judgeTerm(now) === 'does nothing' ? '-KILL ' : '';
  // A process that its tracer has stopped takes what the tracer hands on.
  if (now.state === 't') return `kill -KILL ${pid}`;
  const isStopped = now.state === 'T' && signal !== '-KILL ';
  return `kill ${signal}${pid}${isStopped ? ` && kill -CONT ${pid}` : ''}`;
}

function* explainSignal(pid: number, process: Process | undefined, now: HoldingProcess): Generator<string> {
  if (now.state === 't') {
    yield `process ${now.tracer} traces it and has stopped it: SIGKILL alone passes by that`;
    return;
  }
  if (isSystemd(process, now)) {
    yield `systemd halts its machine on SIGRTMIN+3; on SIGTERM it executes itself anew; where it stays: kill -KILL ${pid}`;
    return;
  }
  const fate = judgeTerm(now);
  if (fate === 'is handed over') yield `it handles SIGTERM itself; where it stays: kill -KILL ${pid}`;
  else if (fate === 'does nothing') yield explainKill(now);
  if (now.state === 'T' && fate !== 'does nothing') yield 'it is stopped: a signal waits until it goes on';
}

function explainKill({ signals, frozen }: HoldingProcess): string {
  if (frozen) return 'its control group is frozen: SIGKILL alone reaches it';
  if (signals.blocked.includes(term)) return 'it keeps SIGTERM blocked';
  if (signals.ignored.includes(term)) return 'it ignores SIGTERM';
  return 'of signals that it does not handle, SIGKILL alone ends the init of a pid namespace, and from outside alone';
}
