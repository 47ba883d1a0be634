// Where /proc/PID/cgroup says that the process is: cgroup_namespaces(7).
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';

/** Names that engines give to the cgroups of containers. */
const engines =
  /(^|\/)(docker|libpod|lxc|kubepods|crio|cri-containerd|containerd|machine\.slice|payload)([-.:_/]|$)|[0-9a-f]{64}/;

export const cgroupPath: Method = {
  name: 'cgroup-path',
  idea: 'The paths begin at the root of the reader’s cgroup namespace: what lies above begins with /.., and engines’ names tell of a container.',
  kernels: 'since 4.6',
  types: ['cgroup', 'mnt', 'pid'],
  judge({ cgroups, subject }, type) {
    if (!isKnown(cgroups)) return silentFor('cgroup', cgroups);
    const read = cgroups.join(', ') || 'no cgroup';
    if (type === 'cgroup') {
      if (cgroups.some((path) => path.startsWith('/..')))
        return subject.self
          ? conclude('child', 'proof', read, 'nothing is above the root of the initial one')
          : nothing(read, 'it is outside the cgroup namespace of nscope');
      return nothing(read, 'a cgroup namespace hides where it begins');
    }
    return cgroups.some((path) => engines.test(path))
      ? conclude('child', 'hint', read, 'a container’s cgroup, which says little of its namespaces')
      : nothing(read, 'no name of an engine');
  },
};
