// /proc/PID/environ: proc_pid_environ(5).
import { parseText } from '../text/text.ts';

/** The value of one variable; the first where it stands several times, as getenv(3) finds it. */
export function parseVariable(bytes: Uint8Array, name: string): string | undefined {
  const start = `${name}=`;
  const word = parseText(bytes)
    .split('\0')
    .find((entry) => entry.startsWith(start));
  return word?.slice(start.length);
}
