// Files in which engines keep the PID of a process: a number, or the state of a container of runc.

/** @returns undefined for what is not one number */
export function parsePidFile(text: string): number | undefined {
  const digits = /^\s*([1-9]\d{0,9})\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

interface RuncState {
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5). */
  readonly startTimeTicks: number;
}

/**
 * libcontainer.BaseState: `init_process_pid` and `init_process_start`.
 * @returns undefined for what is not such a file, which may just be being written
 */
export function parseRuncState(text: string): RuncState | undefined {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof state !== 'object' || state === null) return undefined;
  const { init_process_pid: pid, init_process_start: startTimeTicks } = state as Record<string, unknown>;
  if (typeof pid !== 'number' || typeof startTimeTicks !== 'number' || !Number.isInteger(pid) || pid < 1)
    return undefined;
  return Number.isInteger(startTimeTicks) ? { pid, startTimeTicks } : undefined;
}
