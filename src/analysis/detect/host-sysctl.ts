// Whether settings of the whole host are among those of the network namespace. /proc/sys/net/core shows them in the
// initial one.
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, silent, silentFor } from './finding.ts';

export const hostSysctl: Method = {
  name: 'host-sysctl',
  idea: 'net.core.netdev_max_backlog is a setting of the whole host, and the kernel shows it in the initial network namespace alone.',
  kernels: '5.10 to 7.3 as tried; tells of nscope’s own namespace only',
  types: ['net'],
  judge({ hostNetSysctl, subject, kernel }) {
    if (!subject.self) return silent('the kernel shows nscope those of its own network namespace');
    if (!isKnown(hostNetSysctl)) return silentFor('/proc/sys/net/core', hostNetSysctl);
    const weight = isKernelSince(kernel, 5, 10) ? 'strong' : 'hint';
    return hostNetSysctl
      ? conclude('initial', weight, 'net.core.netdev_max_backlog is there', 'it was so on every kernel that was tried')
      : conclude('child', weight, 'net.core.netdev_max_backlog is missing', 'it was so on every kernel that was tried');
  },
};
