// Why a BPF program is not to be had here, in a sentence a person understands, and what would lift that.
import { mayUseBpf } from '../../model/names/capabilities.ts';
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { isSyscallError } from '../addon/syscall-error.ts';
import { readTextFile } from '../files/files.ts';
import { readHost } from '../own/host.ts';
import { type BpfProgram, bpfPrograms, btfFile } from './programs.ts';

/**
 * Why a program could not be loaded or read: the errno's name, the call it came from, a few words, a sentence, and what
 * would help.
 */
export interface BpfRefusal {
  readonly code: string;
  readonly syscall: string;
  readonly brief: string;
  readonly reason: string;
  readonly lift: string;
}

/** What the kernel said to one of the types in which a program is stored; `program`: its number in the skeleton. */
interface TypeRefusal {
  readonly program: number;
  readonly code: string;
  readonly syscall: string;
}

/**
 * @param refusals - of every type that was tried, at least one
 * @returns the errno and the call, with the type where it depends on that, are those of the first type
 */
export function explainRefusals(name: BpfProgram, refusals: readonly TypeRefusal[]): BpfRefusal {
  const [first] = refusals;
  if (!first) throw new Error(`the BPF program '${name}' was refused without a reason`);
  const { code, syscall, program } = first;
  const type = bpfPrograms[name].types[program];
  return { code, syscall: syscall.replace('PROG_LOAD', `PROG_LOAD, ${type}`), ...explain(name, refusals) };
}

/** The same for a failure of the addon. @throws what is no failure of a system call */
export function explainRefusal(name: BpfProgram, error: unknown): BpfRefusal {
  if (!isSyscallError(error)) throw error;
  const { code, syscall } = error;
  return explainRefusals(name, [{ program: 0, code, syscall }]);
}

/** Whether every other program meets the same refusal: it does not come from what this one is. */
export function meetsEveryProgram({ syscall }: BpfRefusal): boolean {
  return syscall === 'open' || syscall === 'bpf(BTF_LOAD)' || syscall === 'bpf(MAP_CREATE)';
}

function explain(name: BpfProgram, refusals: readonly TypeRefusal[]): Pick<BpfRefusal, 'brief' | 'reason' | 'lift'> {
  const [first] = refusals;
  if (first?.syscall === 'open') return explainNoBtf(first.code);
  if (first?.code === 'ENOSYS')
    return {
      brief: 'no bpf(2)',
      reason: 'this kernel has no bpf(2), or a seccomp filter denies it',
      lift: 'a kernel with CONFIG_BPF_SYSCALL, and no seccomp filter that denies bpf(2)',
    };
  const isDenied = refusals.some(({ code }) => code === 'EPERM' || code === 'EACCES');
  const { kernel, vantage } = readHost();
  if (isDenied && !mayUseBpf(vantage)) return notPermitted;
  if (isDenied && isLocked()) return locked;
  const { since, types } = bpfPrograms[name];
  const [major = 0, minor = 0] = since.split('.').map(Number);
  if (!isKernelSince(kernel, major, minor))
    return {
      brief: `Linux before ${since}`,
      reason: `this kernel is older than Linux ${since}, for which the BPF program '${name}' is made`,
      lift: `Linux ${since} or newer`,
    };
  if (first && meetsEveryProgram({ ...first, ...notPermitted }))
    return {
      brief: `bpf(2) refused (${first.code})`,
      reason: `${first.syscall} answers ${first.code} although nscope has the right to use bpf(2)`,
      lift: 'run where no seccomp filter or security module denies bpf(2)',
    };
  const refused = [...new Set(refusals.map(({ program }) => types[program] ?? name))].join(', ');
  const list = refusals.map(({ program, code, syscall }) => `${types[program] ?? name} (${syscall}: ${code})`);
  return {
    brief: `BPF refused for ${refused}`,
    reason: `this host refuses BPF programs of type ${list.join(' and ')}`,
    lift: `a kernel and security policy that let root load BPF programs of type ${types.join(' or ')}`,
  };
}

function explainNoBtf(code: string) {
  return {
    brief: 'no BTF for BPF',
    reason: `${btfFile} cannot be read (${code}): this kernel does not describe its types to BPF programs, or sysfs is not mounted`,
    lift: `a kernel with CONFIG_DEBUG_INFO_BTF, and ${btfFile} to be seen`,
  };
}

const notPermitted = {
  brief: 'BPF not permitted',
  reason: 'reading with BPF needs CAP_BPF and CAP_PERFMON in the initial user namespace',
  lift: 'run as root of the host, or with CAP_BPF and CAP_PERFMON',
};

const locked = {
  brief: 'BPF locked down',
  reason: 'the kernel is locked down against BPF programs that read its memory (lockdown=confidentiality)',
  lift: 'a boot without lockdown=confidentiality',
};

/** What is said where BPF is not to be used. */
export const bpfUnwanted: BpfRefusal = {
  code: '',
  syscall: '',
  brief: '--no-bpf',
  reason: 'BPF was not to be used',
  lift: 'let BPF be used (without --no-bpf)',
};

/** @param missing - why the addon is not there */
export function explainNoAddon(missing: string): BpfRefusal {
  return {
    code: 'ELIBACC',
    syscall: 'dlopen',
    brief: 'no addon',
    reason: missing,
    lift: 'the addon of nscope',
  };
}

/** kernel_lockdown(7); the file is absent where the kernel has no lockdown, and no securityfs is mounted. */
function isLocked(): boolean {
  const mode = readTextFile('/sys/kernel/security/lockdown');
  return isKnown(mode) && mode.includes('[confidentiality]');
}
