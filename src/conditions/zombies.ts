// Which ended processes their parents do not wait for: those that are still there a while later, by /proc/PID/stat.
import { pause } from '../kernel/own/pause.ts';
import { readProcTable } from '../kernel/proc/proc-table.ts';
import { fewestZombies, hasEnded } from '../model/derived/has-ended.ts';
import type { Process, Snapshot, Zombie } from '../model/snapshot/schema.ts';
import { parseStat } from '../parse/proc/stat.ts';
import type { ConditionReader } from './condition.ts';

/**
 * Between the two looks. A program that waits for its children is told of each by SIGCHLD, or looks once in a second. The
 * kernel does not say when a process ended.
 */
const laterMs = 1000;

/** Only of parents that have several: any has one for a moment, and nobody should wait for that. */
export const zombies: ConditionReader<'zombies'> = {
  name: 'zombies',
  question: 'which ended processes are still there a while later?',
  read(snapshot, report) {
    const before = chooseSeveral(stillEnded(listEnded(snapshot)));
    report.asked(before.length);
    if (before.length === 0) return Object.freeze([]);
    const started = performance.now();
    pause(laterMs);
    const afterMs = Math.floor(performance.now() - started);
    return Object.freeze(
      stillEnded(before).map(({ pid, startTimeTicks }): Zombie => Object.freeze({ pid, startTimeTicks, afterMs })),
    );
  },
};

function listEnded({ processes }: Snapshot): readonly Process[] {
  return chooseSeveral(processes.filter((one) => one.pid === one.tid && !one.kernelThread && hasEnded(one)));
}

function chooseSeveral(ended: readonly Process[]): readonly Process[] {
  const counts = new Map<number, number>();
  for (const { ppid } of ended) counts.set(ppid, (counts.get(ppid) ?? 0) + 1);
  return ended.filter(({ ppid }) => (counts.get(ppid) ?? 0) >= fewestZombies);
}

/** Without those that were waited for meanwhile, whoever has the PID now. */
function stillEnded(processes: readonly Process[]): Process[] {
  if (processes.length === 0) return [];
  const question = { names: processes.map(({ pid }) => String(pid)), links: [], files: ['stat'], maxFileBytes: 4096 };
  return Array.from(readProcTable(question)).flatMap(({ errno, files: [bytes] }, at) => {
    const process = processes[at];
    if (!process || errno !== 0 || bytes === undefined || typeof bytes === 'number') return [];
    const now = parseStat(bytes);
    return hasEnded(now) && now.startTimeTicks === process.startTimeTicks ? [process] : [];
  });
}
