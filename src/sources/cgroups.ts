// In which cgroup is each process? /proc/PID/cgroup: cgroups(7). Tasks that the kernel has in one set need one reading.
import { readProcTable } from '../kernel/proc-table.ts';
import { nameErrno } from '../kernel/syscall-error.ts';
import { type Known, unknownFromErrno } from '../model/known.ts';
import { parseCgroup } from '../parse/cgroup.ts';
import type { Source, SourceContext } from './source.ts';

/** A line for each hierarchy; paths are at most 4096 bytes. */
const longestFileBytes = 131_072;

export const cgroups: Source = {
  name: 'cgroups',
  question: 'in which cgroup is each process?',
  skip(context) {
    if (!context.wanted.cgroups) return 'cgroups were not asked for';
    return context.tasksByBpf() ? undefined : 'they were read with the processes';
  },
  run(context: SourceContext): void {
    const sets = context.cgroupSets();
    const readers = new Map<number, number>();
    for (const { tid } of context.tasks()) {
      const set = sets.get(tid);
      if (set !== undefined && !readers.has(set)) readers.set(set, tid);
    }
    const answers = new Map<number, Known<string>>();
    const names = [...readers.values()].map(String);
    for (const { name, files } of readProcTable({
      names,
      links: [],
      files: ['cgroup'],
      maxFileBytes: longestFileBytes,
    })) {
      context.asked();
      const [bytes] = files;
      if (bytes instanceof Buffer) answers.set(Number(name), parseCgroup(bytes.toString('utf8')));
      else if (bytes !== undefined) answers.set(Number(name), unknownFromErrno(nameErrno(-bytes)));
    }
    for (const { tid } of context.tasks()) {
      const reader = readers.get(sets.get(tid) ?? -1);
      const cgroup = reader === undefined ? undefined : answers.get(reader);
      if (cgroup !== undefined) context.emit({ fact: 'cgroup', tid, cgroup });
    }
  },
};
