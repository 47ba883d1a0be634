// The network devices of a process's network namespace: proc_pid_net(5) /proc/PID/net/dev

/** @returns their names in the order of the kernel; a name has no space, no colon and no slash: dev_valid_name() */
export function parseNetDevices(text: string): readonly string[] {
  // Two lines of heads come first.
  return text
    .split('\n')
    .slice(2)
    .flatMap((line) => {
      const name = /^\s*([^\s:]+):/.exec(line)?.[1];
      return name === undefined ? [] : [name];
    });
}
