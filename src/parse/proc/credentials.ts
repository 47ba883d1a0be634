// Credentials and restrictions in /proc/PID/status: proc_pid_status(5), capabilities(7), seccomp(2).
import { findLine, MalformedError } from '../text/malformed.ts';

interface StatusCredentials {
  readonly uids: readonly number[];
  readonly capabilities: Readonly<Record<'inheritable' | 'permitted' | 'effective' | 'bounding' | 'ambient', string>>;
  /** undefined before Linux 4.10. */
  readonly noNewPrivs: boolean | undefined;
  /** undefined where the kernel was built without seccomp(2). */
  readonly seccomp: number | undefined;
  /** undefined before Linux 5.9. */
  readonly seccompFilters: number | undefined;
}

/** @throws MalformedError naming the field that is missing or wrong */
export function parseCredentials(status: string): StatusCredentials {
  const read = (name: string) => new RegExp(`^${name}:[ \\t]*(.*\\S)`, 'm').exec(status)?.[1];
  const fail = (name: string): never => {
    throw new MalformedError('/proc/PID/status', findLine(status, `${name}:`), name, read(name) ?? '');
  };
  const set = (name: string) => {
    const text = read(name) ?? '';
    return /^[0-9a-f]{1,16}$/.test(text) ? text : fail(name);
  };
  const number = (name: string) => {
    const text = read(name);
    if (text === undefined) return undefined;
    return /^\d+$/.test(text) ? Number(text) : fail(name);
  };
  const uids = (read('Uid') ?? '').split(/\s+/);
  if (uids.length !== 4 || !uids.every((uid) => /^\d+$/.test(uid))) fail('Uid');
  const noNewPrivs = number('NoNewPrivs');
  return {
    uids: uids.map(Number),
    capabilities: {
      inheritable: set('CapInh'),
      permitted: set('CapPrm'),
      effective: set('CapEff'),
      bounding: set('CapBnd'),
      // Ambient capabilities came with Linux 4.3.
      ambient: read('CapAmb') === undefined ? '0' : set('CapAmb'),
    },
    noNewPrivs: noNewPrivs === undefined ? undefined : noNewPrivs === 1,
    seccomp: number('Seccomp'),
    seccompFilters: number('Seccomp_filters'),
  };
}
