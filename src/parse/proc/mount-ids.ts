// The ids of mounts in /proc/PID/mountinfo, for texts that may be cut: proc_pid_mountinfo(5).
import { MalformedError } from '../text/malformed.ts';

/** The id of the first mount; undefined where a process sees none. @throws MalformedError */
export function parseFirstMount(text: string): number | undefined {
  if (text === '') return undefined;
  const id = /^(\d+) \d+ /.exec(text)?.[1];
  if (id === undefined) throw new MalformedError('/proc/PID/mountinfo', 1, 'a mount id', text.slice(0, 80));
  return Number(id);
}

/** The ids of all mounts, and that of the first one's parent, which may itself be out of sight. */
export function parseMountIds(text: string): number[] {
  const ids = [...text.matchAll(/^(\d+) \d+ /gm)].map((match) => Number(match[1]));
  const parent = /^\d+ (\d+) /.exec(text)?.[1];
  return parent === undefined ? ids : [...ids, Number(parent)];
}
