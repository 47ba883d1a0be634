// Processes with a PID that another had: proc_sys_kernel(5) ns_last_pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

/** Starts a process that has this PID. Another may come first. @throws Error where none gets it */
export async function startAs(pid: number): Promise<ChildProcess> {
  for (let attempt = 0; attempt < 50; attempt++) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    if (child.pid === pid) return child;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  throw new Error(`no process got the PID ${pid}`);
}
