// Zombies that nobody waits for: processes that ended, and whose parent does not collect their status.
import { fewestZombies } from '../../model/derived/has-ended.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { describeAge } from '../findings/describe-age.ts';
import type { Rule } from '../findings/rule.ts';
import { formatCommand } from '../release/shell-words.ts';

/** So many are more than a note. */
const many = 20;

export const initDoesNotReap: Rule<'zombies'> = {
  code: 'init-does-not-reap',
  severity: 'warning',
  title: 'ended processes that their parent does not wait for',
  means:
    'Each zombie keeps its PID and counts against the limits of tasks until its parent waits for it or ends. An init that does not reap fills its container.',
  needs: ['zombies'],
  find({ index, conditions }, report) {
    const byParent = new Map<number, Process[]>();
    let afterMs = Number.POSITIVE_INFINITY;
    for (const zombie of conditions.zombies) {
      const process = index.process(zombie.pid);
      if (process?.startTimeTicks !== zombie.startTimeTicks) continue;
      afterMs = Math.min(afterMs, zombie.afterMs);
      const siblings = byParent.get(process.ppid);
      if (siblings) siblings.push(process);
      else byParent.set(process.ppid, [process]);
    }
    for (const [ppid, zombies] of byParent) {
      const parent = index.process(ppid);
      if (!parent || zombies.length < fewestZombies) continue;
      const isInit = parent.pids.at(-1) === 1;
      const isStopped = parent.state === 'T' || parent.state === 't';
      const workload = index.workloadOf(ppid);
      const names = [...new Set(zombies.map(({ comm }) => comm))];
      report.add({
        severity: zombies.length >= many ? 'warning' : 'note',
        subjects: [{ kind: 'process', pid: ppid }],
        says: `process ${ppid} (${parent.comm}) does not wait for ${zombies.length} processes that have ended`,
        seen: [
          `${zombies.length} processes in state Z, called ${names.slice(0, 5).join(', ')}, PIDs ${listSome(zombies)}`,
          `they were still there ${describeAge(afterMs)} later; when they ended is not known`,
          isInit
            ? `it is PID 1 of ${describePidNamespace(parent)}, and inherits every orphan there`
            : `it is an ordinary process of uid ${parent.uid}`,
          ...(workload ? [`it belongs to ${workload.engine}:${workload.name}`] : []),
          ...(isStopped ? [`it is stopped (state ${parent.state}), and waits for nothing meanwhile`] : []),
        ],
        fixes: isStopped
          ? [{ text: 'let it go on', command: formatCommand(['kill', '-CONT', String(ppid)]) }]
          : [
              {
                text:
                  ppid === 1
                    ? 'the init of this host waits for them late, or not at all'
                    : isInit
                      ? 'start the container with an init that reaps: docker run --init, podman run --init, or tini as its first program'
                      : 'correct the program: it must call wait(2), or ignore SIGCHLD',
              },
              ...(ppid === 1
                ? []
                : [
                    {
                      text: isInit
                        ? 'until then, ending it ends all that is in its pid namespace'
                        : 'until then, ending it gives the zombies to an init, which reaps them',
                    },
                  ]),
            ],
      });
    }
  },
};

function describePidNamespace({ namespaces: { pid } }: Process): string {
  return isKnown(pid) ? `pid:[${pid}]` : 'its pid namespace';
}

function listSome(zombies: readonly Process[]): string {
  const pids = zombies.slice(0, 5).map(({ pid }) => pid);
  return `${pids.join(', ')}${zombies.length > pids.length ? ' and so on' : ''}`;
}
