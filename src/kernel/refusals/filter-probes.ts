// Whether a seccomp filter answers a call before the kernel: the call is made with arguments that the kernel refuses in any
// case, with an errno that is known, before it looks at anything else. Another answer is that of a filter.
import type { CallerState, FilterProbe } from '../../model/evidence/refusal-evidence.ts';
import { type NamespaceType, namespaceTypeFacts, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { SpawnStep } from '../own/spawn.ts';
import { nameCall, tryInChild } from './trial.ts';

/** A flag that unshare(2) does not know, and filters do not look at. */
const cloneSettls = 0x00080000;

/** Not without CLONE_SIGHAND, and not together with a new user namespace. */
const cloneThread = 0x00010000;
const cloneFs = 0x00000200;

interface Question {
  readonly step: SpawnStep;
  readonly type: NamespaceType | null;
  readonly written: string;
  readonly expected: string;
}

/** @returns nothing where the caller passes no filter */
export function probeFilters({ seccomp }: CallerState, types: readonly NamespaceType[]): FilterProbe[] {
  if (seccomp === 0) return [];
  return listQuestions(types).map(({ step, type, written, expected }) => {
    const { errno } = tryInChild([step]);
    return { call: nameCall(step), type, written, expected, answered: errno ?? 'nothing' };
  });
}

function listQuestions(types: readonly NamespaceType[]): Question[] {
  const making = namespaceTypes
    .filter((type) => types.includes(type))
    .flatMap((type): Question[] => {
      const { cloneFlag, cloneValue } = namespaceTypeFacts[type];
      const [flag, name] = type === 'user' ? [cloneFs, 'CLONE_FS'] : [cloneThread, 'CLONE_THREAD'];
      return [
        {
          step: ['unshare', cloneValue | cloneSettls],
          ...{ type, written: `unshare(${cloneFlag}|CLONE_SETTLS)`, expected: 'EINVAL' },
        },
        { step: ['clone', cloneValue | flag], type, written: `clone(${cloneFlag}|${name})`, expected: 'EINVAL' },
        { step: ['setns', -1, cloneValue], type, written: `setns(-1, ${cloneFlag})`, expected: 'EBADF' },
      ];
    });
  return [
    ...making,
    {
      step: ['mount', null, '', null, 0, null],
      type: null,
      written: 'mount(NULL, "", NULL, 0, NULL)',
      expected: 'ENOENT',
    },
    { step: ['chroot', ''], type: null, written: 'chroot("")', expected: 'ENOENT' },
  ];
}
