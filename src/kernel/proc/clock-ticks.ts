// The unit of times in /proc/PID/stat.

/** USER_HZ: 100 on every architecture that Node runs on; include/asm-generic/param.h. sysconf(3) _SC_CLK_TCK. */
export const clockTicksPerSecond = 100;
