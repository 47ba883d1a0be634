// How a process that holds a namespace would take a signal: /proc/PID/stat, status, fdinfo: proc_pid_stat(5),
// proc_pid_status(5), proc_pid_fdinfo(5).
import { readFileSync } from 'node:fs';
import type { HoldingProcess } from '../../model/evidence/release-evidence.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { parseSignalfd, parseSignals } from '../../parse/proc/signals.ts';
import { parseStat } from '../../parse/proc/stat.ts';
import { parseNestedPids, parseTracer } from '../../parse/proc/status.ts';
import { attempt, readDirectory, readTextFile } from '../files/files.ts';

/**
 * Descriptors and threads are looked at where the leader alone does not tell.
 * @param isFrozen - of makeFrozenReader
 */
export function readHoldingProcess(pid: number, isFrozen: (pid: number) => boolean): Known<HoldingProcess> {
  return attempt(() => {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`));
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const leader = parseSignals(status);
    const isZombie = stat.state === 'Z' || stat.state === 'X';
    const asksAll = isZombie || leader.blocked.length > 0;
    const threads = asksAll && stat.threads > 1 ? readThreads(pid) : isZombie ? [] : [leader.blocked];
    const blocked = threads.reduce((common, own) => common.filter((signal) => own.includes(signal)), threads[0] ?? []);
    return {
      startTimeTicks: stat.startTimeTicks,
      state: stat.state,
      parent: stat.ppid,
      tracer: parseTracer(status),
      pids: parseNestedPids(status) ?? [pid],
      livingThreads: asksAll ? threads.length : stat.threads,
      signals: { ...leader, blocked },
      readSignals: blocked.length > 0 ? readSignalfds(pid) : [],
      frozen: isFrozen(pid),
    };
  });
}

/** What each thread that has not ended keeps blocked. */
function readThreads(pid: number): readonly (readonly number[])[] {
  const tids = readDirectory(`/proc/${pid}/task`);
  return (isKnown(tids) ? tids : []).flatMap((tid) => {
    const status = readTextFile(`/proc/${pid}/task/${tid}/status`);
    return isKnown(status) && !/^State:\s+[ZX]/m.test(status) ? [parseSignals(status).blocked] : [];
  });
}

/** Those that are closed meanwhile, or refused, say nothing. */
function readSignalfds(pid: number): readonly number[] {
  const names = readDirectory(`/proc/${pid}/fdinfo`);
  const texts = (isKnown(names) ? names : []).map((name) => readTextFile(`/proc/${pid}/fdinfo/${name}`));
  return [...new Set(texts.flatMap((text) => (isKnown(text) ? parseSignalfd(text) : [])))];
}
