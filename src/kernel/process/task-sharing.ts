// The tasks with which a task shares its root and working directory, and its memory: kcmp(2) with every other task.

import type { SharedWith, TaskSharing } from '../../model/evidence/task-sharing.ts';
import { isKnown, type Known, type Unknown, unknownFromErrno } from '../../model/snapshot/known.ts';
import { loadAddon } from '../addon/addon.ts';
import { attempt, readDirectory, readTextFile } from '../files/files.ts';
import { isProcOurs } from './pid-in-proc.ts';

/** include/uapi/linux/kcmp.h */
const KCMP_VM = 1;
const KCMP_FS = 3;

const foreignProc: Unknown = Object.freeze({
  unknown: 'unsupported',
  detail: '/proc is of another pid namespace than that of nscope',
});

/**
 * Tasks that nscope may not compare are taken not to share, and counted: whoever makes a child that shares has one of its
 * own user, which may be compared, until that takes other credentials.
 * @param tid - as /proc has it; a process stands for its leader
 */
export function readTaskSharing(tid: number): TaskSharing {
  const threads = readThreadCount(tid);
  if (!isProcOurs()) return { threads, fs: foreignProc, memory: foreignProc, refused: 0 };
  const result = loadAddon();
  if ('missing' in result) {
    const missing: Unknown = { unknown: 'unsupported', detail: result.missing };
    return { threads, fs: missing, memory: missing, refused: 0 };
  }
  const { kcmp } = result.addon;
  let refused = 0;
  let found: { fs: SharedWith; memory: SharedWith } = { fs: null, memory: null };
  for (const other of listTasks()) {
    if (other === tid) continue;
    const shares = (what: number) => attempt(() => kcmp(tid, other, what) === 0);
    const [fs, memory] = [shares(KCMP_FS), shares(KCMP_VM)];
    if (!isKnown(fs) || !isKnown(memory)) {
      const why = isKnown(fs) ? memory : fs;
      // ESRCH: one of them has ended, or has let go of it.
      if (isKnown(why) || why.unknown === 'gone') continue;
      if (why.errno === 'EPERM') refused++;
      else found = { fs: found.fs ?? why, memory: found.memory ?? why };
      continue;
    }
    if (fs) found = { ...found, fs: typeof found.fs === 'number' ? found.fs : other };
    if (memory) found = { ...found, memory: typeof found.memory === 'number' ? found.memory : other };
  }
  return { threads, ...found, refused };
}

function* listTasks(): Generator<number> {
  const names = readDirectory('/proc');
  for (const name of isKnown(names) ? names : []) {
    if (!/^\d+$/.test(name)) continue;
    const tids = readDirectory(`/proc/${name}/task`);
    for (const tid of isKnown(tids) ? tids : []) yield Number(tid);
  }
}

function readThreadCount(tid: number): Known<number> {
  const status = readTextFile(`/proc/${tid}/status`);
  if (!isKnown(status)) return status;
  const count = /^Threads:\s+(\d+)$/m.exec(status)?.[1];
  return count === undefined ? unknownFromErrno('ESRCH') : Number(count);
}
