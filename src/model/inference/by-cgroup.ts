// Cgroup namespaces by company: nothing tells them apart directly, but who shares mounts and pids with the host's init is
// likely where that is, and who shares mounts and the cgroup's path with another likely where that one is.
import type { ProcessFact } from '../facts/facts.ts';
import type { Grouping, Signs } from './signs.ts';

export function groupByCgroup(
  signs: Signs,
  companionship: (process: ProcessFact, type: 'mnt' | 'pid') => string | undefined,
): Grouping {
  const company = (process: ProcessFact) => {
    const [mounts, pids] = [companionship(process, 'mnt'), companionship(process, 'pid')];
    return mounts === undefined || pids === undefined ? undefined : `${mounts} ${pids}`;
  };
  const hosts = signs.kthreadd && company(signs.kthreadd);
  return {
    signOf: (process) => {
      const own = company(process);
      if (own === undefined) return undefined;
      if (own === hosts) return { key: 'host', by: 'cgroup-path', certainty: 'likely' };
      const path = signs.of(process)?.cgroup;
      return path === undefined ? undefined : { key: `${own} ${path}`, by: 'cgroup-path', certainty: 'likely' };
    },
    distinct: 'likely',
  };
}
