// A filter of seccomp(2): it answers before the kernel looks at the call.
import type { FilterProbe, RefusalEvidence } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Gate, Ruling } from './gate.ts';

/** Errnos that filters give in practice; any is possible. */
const usualAnswers = ['EPERM', 'ENOSYS', 'EACCES', 'SIGSYS'];

export const seccomp: Gate = {
  name: 'seccomp',
  source: 'kernel/seccomp.c __secure_computing()',
  judge(evidence) {
    const { caller, refused, trials } = evidence;
    const { seccomp: mode, seccompFilters } = caller;
    if (mode === 0) return undefined;
    if (refused.errno === 'SIGSYS')
      return rule(refused.call, true, ['the call ended the process with SIGSYS, which only a filter does']);
    const filters = isKnown(seccompFilters) ? `${seccompFilters} of them` : 'how many is not known';
    const has = `Seccomp: 2 in its /proc/PID/status: calls pass filters, ${filters}`;
    const probe = findProbe(evidence);
    if (probe && probe.answered !== probe.expected)
      return probe.answered === refused.errno && !isExplainedBySetting(evidence)
        ? rule(refused.call, true, [has, describe(probe)])
        : rule(refused.call, false, [has, describe(probe)]);
    if (probe && !mayHaveMore(evidence)) return undefined;
    // Filters of its own, which a trial by nscope does not pass.
    if (!usualAnswers.includes(refused.errno)) return undefined;
    const untested =
      trials.probes.length === 0 ? [] : ['it has filters that nscope has not, so nscope cannot try them'];
    return rule(refused.call, false, [has, ...untested]);
  },
};

function rule(call: string, closed: boolean, evidence: readonly string[]): Ruling {
  return {
    closed,
    evidence,
    meaning: `a seccomp filter ${closed ? 'answers' : 'may answer'} ${call} before the kernel looks at it; filters pass to all children, and nobody can take one away`,
    fix: {
      how: `allow ${call} in the profile of whoever made the filter. Of a container: start it with a profile that allows this call (--security-opt seccomp=FILE; Docker’s own profile forbids user namespaces, that of Podman, /usr/share/containers/seccomp.json, allows them). Of a unit of systemd: RestrictNamespaces= or SystemCallFilter=`,
      command: null,
    },
  };
}

function describe({ written, expected, answered }: FilterProbe): string {
  return `${written} answered ${answered}, and the kernel itself always answers ${expected}`;
}

/** Of several types a filter may look at one alone: a probe that it answered counts before the others. */
function findProbe({ refused, trials }: RefusalEvidence): FilterProbe | undefined {
  const probes = trials.probes.filter(
    ({ call, type }) => call === refused.call && (type === null || refused.types.includes(type)),
  );
  return probes.find(({ answered, expected }) => answered !== expected) ?? probes[0];
}

/** Filters that it has got since it was started. */
function mayHaveMore({ caller, trials }: RefusalEvidence): boolean {
  return trials.filters !== undefined && caller.seccompFilters !== trials.filters;
}

/** Debian's setting refuses unshare(2) before the kernel looks at its flags. */
function isExplainedBySetting({ refused, settings }: RefusalEvidence): boolean {
  return refused.types.includes('user') && refused.errno === 'EPERM' && settings.usernsClone === 0;
}
