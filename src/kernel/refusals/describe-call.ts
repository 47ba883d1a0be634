// From a call that was followed to what was asked of the kernel: types of namespaces, paths, the file that was written.
import { observedCalls, type RefusedCall } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import {
  isNamespaceType,
  type NamespaceType,
  namespaceTypeFacts,
  namespaceTypes,
} from '../../model/snapshot/namespace-types.ts';
import type { TracedCall } from '../../parse/records/traced-calls.ts';
import { nameErrno } from '../addon/syscall-error.ts';
import { readLink } from '../files/files.ts';

/** Errnos by which the kernel refuses; others say that something is not there, or is busy. */
const refusals = ['EPERM', 'EACCES', 'EINVAL', 'ENOSPC', 'EUSERS', 'ENOSYS', 'ENOMEM'];

/** Of these calls EAGAIN is a limit of tasks; of others it says that something is busy. */
const making = ['unshare', 'clone', 'clone3'];

const idFile = /\/(?:uid_map|gid_map|setgroups)$/;

/** @returns undefined where it is not about namespaces, or was not refused */
export function describeCall(traced: TracedCall, pid: number): RefusedCall | undefined {
  if (traced.err === 0) return undefined;
  const errno = nameErrno(traced.err);
  if (!refusals.includes(errno) && !(errno === 'EAGAIN' && making.includes(traced.name))) return undefined;
  const [first = 0n, second = 0n] = traced.args;
  const [source, target, fsType] = traced.texts;
  switch (traced.name) {
    case 'unshare':
    case 'clone':
    case 'clone3': {
      const types = readTypes(Number(BigInt.asUintN(53, first)), traced.name);
      // Where no child at all can be made, none with namespaces can.
      return types.length === 0 && errno !== 'EAGAIN' ? undefined : { call: traced.name, types, errno };
    }
    case 'setns':
      return describeSetns(pid, Number(BigInt.asIntN(32, first)), Number(BigInt.asIntN(32, second)), errno);
    case 'write': {
      const link = readLink(`/proc/${pid}/fd/${Number(BigInt.asIntN(32, first))}`);
      if (!isKnown(link) || !idFile.test(link)) return undefined;
      const written = source.slice(0, Number(BigInt.asUintN(32, traced.args[2] ?? 0n))).trim();
      return { call: 'write', types: [], errno, target: nameOwn(link, pid), source: written };
    }
    case 'openat':
      return { call: 'write', types: [], errno, target: nameOwn(target, pid) };
    default: {
      const call = observedCalls.find((name) => name === traced.name);
      if (call === undefined) return undefined;
      const flags = call === 'mount' ? traced.args[3] : call === 'umount2' ? second : undefined;
      return {
        ...{ call, types: [], errno },
        ...(flags === undefined ? {} : { flags: Number(BigInt.asUintN(32, flags)) }),
        ...(source === '' ? {} : { source }),
        ...(target === '' ? {} : { target }),
        ...(fsType === '' ? {} : { fsType }),
      };
    }
  }
}

/** Of clone(2) the lowest byte is a signal, so that it makes no time namespace. */
function readTypes(flags: number, call: string): NamespaceType[] {
  return namespaceTypes.filter(
    (type) =>
      (BigInt(flags) & BigInt(namespaceTypeFacts[type].cloneValue)) !== 0n && !(type === 'time' && call === 'clone'),
  );
}

function describeSetns(pid: number, fd: number, flags: number, errno: string): RefusedCall {
  const link = readLink(`/proc/${pid}/fd/${fd}`);
  const [, type = ''] = isKnown(link) ? (/^([a-z]+):\[\d+\]$/.exec(link) ?? []) : [];
  const types = isNamespaceType(type) ? [type] : readTypes(flags, 'setns');
  return { call: 'setns', types, errno, ...(isKnown(link) ? { target: link } : {}) };
}

function nameOwn(path: string, pid: number): string {
  return path.replace(new RegExp(`^(?:/proc/)?(?:${pid}|self)/`), '/proc/self/');
}
