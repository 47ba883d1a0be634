// The names of capabilities, in the order of their bits: capabilities(7), include/uapi/linux/capability.h.

/** The names in the order of their bits: include/uapi/linux/capability.h. */
export const capabilityNames = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
] as const;

/** The name of a capability that this version knows. */
export type CapabilityName = (typeof capabilityNames)[number];

export function isCapabilityName(word: string): word is CapabilityName {
  return (capabilityNames as readonly string[]).includes(word);
}

/** Whether a set of /proc/PID/status, in hexadecimal, has a capability. */
export function hasCapability(set: string, name: CapabilityName): boolean {
  return ((BigInt(`0x${set}`) >> BigInt(capabilityNames.indexOf(name))) & 1n) === 1n;
}

/** The names in a set; bits that a newer kernel added are `cap_41` and so on, as libcap writes them. */
export function listCapabilities(set: string): string[] {
  const names: string[] = [];
  const bits = BigInt(`0x${set}`);
  for (let bit = 0; bits >> BigInt(bit) > 0n; bit++)
    if (((bits >> BigInt(bit)) & 1n) === 1n) names.push(capabilityNames[bit] ?? `cap_${bit}`);
  return names;
}
