// What nscope itself may do on the whole host: capabilities(7) count there only in the initial user namespace.
import { namespaceTypeFacts } from '../snapshot/namespace-types.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';

/** Their bits: include/uapi/linux/capability.h. */
const capabilityBits = {
  CAP_KILL: 5n,
  CAP_SYS_CHROOT: 18n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

type Capability = keyof typeof capabilityBits;

/** Whether nscope has it over the host: the root of a child user namespace has all of them, and none over the host. */
export function isCapable(vantage: HostSnapshot['vantage'], capability: Capability): boolean {
  const effective = BigInt(`0x${vantage.capabilities}`);
  return (
    vantage.namespaces.user === namespaceTypeFacts.user.initialInode &&
    (effective & (1n << capabilityBits[capability])) !== 0n
  );
}

/** CAP_SYS_ADMIN stands for both: capabilities(7). */
export function mayUseBpf(vantage: HostSnapshot['vantage']): boolean {
  if (isCapable(vantage, 'CAP_SYS_ADMIN')) return true;
  return isCapable(vantage, 'CAP_BPF') && isCapable(vantage, 'CAP_PERFMON');
}
