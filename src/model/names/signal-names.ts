// Names of signals: signal(7), as x86 and ARM number them.

const standard =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

/** 32 and 33 are the C library's own. */
const firstRealTime = 34;

/** "SIGTERM", "SIGRTMIN+3", or the number of one without a name. */
export function nameSignal(signal: number): string {
  const name = standard[signal - 1];
  if (name !== undefined) return `SIG${name}`;
  if (signal < firstRealTime) return `signal ${signal}`;
  return signal === firstRealTime ? 'SIGRTMIN' : `SIGRTMIN+${signal - firstRealTime}`;
}
