// PID files whose PID another process got, as the kernel hands it out.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAs } from '../reused-pids.ts';
import { missing } from '../tiers.ts';
import { about, applyFixes, diagnose } from './findings-of-host.ts';

const skip = missing({ root: true, commands: ['sleep', 'setpriv'] });
const uid = 64_123;

/** Makes a directory and those above it that are not there; the function removes what it made. */
function makeDirectory(path: string): () => void {
  const made: string[] = [];
  for (let at = path; !existsSync(at); at = dirname(at)) made.push(at);
  mkdirSync(path, { recursive: true });
  for (const one of made) if (one.startsWith(`/run/user/${uid}`)) chownSync(one, uid, uid);
  return () => {
    for (const one of made) rmdirSync(one);
  };
}

function findFreePid(): number {
  for (let pid = 20_011; ; pid++) if (!existsSync(`/proc/${pid}`)) return pid;
}

const paths = {
  pause: `/run/user/${uid}/libpod/tmp/pause.pid`,
  runc: `/run/runc/nscope-${process.pid}/state.json`,
} as const;

test('A PID that was used again is found in the files of podman and runc, and only there where it was.', {
  skip,
}, async () => {
  const clean = [makeDirectory(dirname(paths.pause)), makeDirectory(dirname(paths.runc))];
  const pid = findFreePid();
  const find = (path: string) => about(diagnose('stale-pid-file'), { kind: 'path', path });
  let child: ChildProcess | undefined;
  try {
    writeFileSync(paths.pause, `${pid}`);
    chownSync(paths.pause, uid, uid);
    writeFileSync(paths.runc, JSON.stringify({ init_process_pid: pid, init_process_start: 1 }));
    for (const path of Object.values(paths)) assert.deepEqual(find(path), [], 'nobody has the PID');
    await sleep(4000);
    child = await startAs(pid);
    const [pause] = find(paths.pause);
    assert.equal(pause?.severity, 'warning');
    assert.match(pause.says, new RegExp(`says ${pid} for .*: sleep$`));
    const [state] = find(paths.runc);
    assert.equal(state?.severity, 'note');
    assert.match(state.seen.join('\n'), /began at another time/);
    applyFixes(pause);
    assert.deepEqual(find(paths.pause), []);
    assert.equal(existsSync(paths.pause), false);
    const started = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]);
    writeFileSync(paths.runc, JSON.stringify({ init_process_pid: pid, init_process_start: started }));
    assert.deepEqual(find(paths.runc), [], 'it is the process that was meant');
  } finally {
    if (child) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    for (const path of Object.values(paths)) rmSync(path, { force: true });
    for (const remove of clean) remove();
  }
});
