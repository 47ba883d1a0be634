// Why a BPF program is not to be had here, in a sentence a person understands, and what would lift that.
import { mayUseBpf } from '../model/capabilities.ts';
import { isKnown } from '../model/known.ts';
import type { BpfProgram } from './bpf-start.ts';
import { readTextFile } from './files.ts';
import { readHost } from './host.ts';
import { isSyscallError } from './syscall-error.ts';

/** Why a program could not be loaded or read: the errno's name, the call it came from, a sentence, and what would help. */
export interface BpfRefusal {
  readonly code: string;
  readonly syscall: string;
  readonly reason: string;
  readonly lift: string;
}

/** The first release with what a program reads. */
const releases: Readonly<Record<BpfProgram, string>> = {
  namespaces: '6.18',
  superblocks: '6.1',
  files: '6.1',
  tasks: '6.1',
  threads: '6.1',
  events: '6.1',
  lifetimes: '6.18',
  tally: '6.18',
};

/** @throws what is no failure of a system call */
export function explainRefusal(name: BpfProgram, error: unknown): BpfRefusal {
  if (!isSyscallError(error)) throw error;
  const { code, syscall } = error;
  return { code, syscall, ...(isLocked() ? locked : explainErrno(name, code)) };
}

function explainErrno(name: BpfProgram, code: string): Pick<BpfRefusal, 'reason' | 'lift'> {
  switch (code) {
    case 'EPERM':
    case 'EACCES':
      // With the right to it, something else than the right is missing.
      return mayUseBpf(readHost().vantage) ? forbidden : notPermitted;
    case 'ENOSYS':
      return {
        reason: 'this kernel has no bpf(2), or a seccomp filter denies it',
        lift: 'a kernel with CONFIG_BPF_SYSCALL, and no seccomp filter that denies bpf(2)',
      };
    case 'E2BIG':
      return {
        reason: 'this kernel is older than 5.17, where BPF programs look up their types in the kernel',
        lift: `Linux ${releases[name]} or newer`,
      };
    default:
      return {
        reason: `this kernel does not take the BPF program '${name}', which is made for Linux ${releases[name]} and later`,
        lift: `Linux ${releases[name]} or newer`,
      };
  }
}

const notPermitted = {
  reason: 'reading with BPF needs CAP_BPF and CAP_PERFMON in the initial user namespace',
  lift: 'run as root of the host, or with CAP_BPF and CAP_PERFMON',
};

const forbidden = {
  reason: 'nscope has the right to use bpf(2), and a seccomp filter or a security module denies it all the same',
  lift: 'run where no seccomp filter or security module denies bpf(2)',
};

const locked = {
  reason: 'the kernel is locked down against BPF programs that read its memory (lockdown=confidentiality)',
  lift: 'a boot without lockdown=confidentiality',
};

/** kernel_lockdown(7); the file is absent where the kernel has no lockdown, and no securityfs is mounted. */
function isLocked(): boolean {
  const mode = readTextFile('/sys/kernel/security/lockdown');
  return isKnown(mode) && mode.includes('[confidentiality]');
}
