// The engines, and the workloads of a snapshot.

import type { Snapshot } from '../model/snapshot/schema.ts';
import { bubblewrap, firejail } from './engines/bubblewrap.ts';
import { chromium } from './engines/chromium.ts';
import { containerd } from './engines/containerd.ts';
import { cri } from './engines/cri.ts';
import { docker } from './engines/docker.ts';
import { flatpak } from './engines/flatpak.ts';
import { lxc } from './engines/lxc.ts';
import { mininet } from './engines/mininet.ts';
import { nspawn } from './engines/nspawn.ts';
import { podman } from './engines/podman.ts';
import { systemd } from './engines/systemd.ts';
import { type FoundWorkloads, readWorkloads } from './read-workloads.ts';
import type { Witness } from './signs/authority.ts';
import type { Engine } from './signs/engine.ts';
import { HostWitness } from './signs/host-witness.ts';

/** All that a process can be in; units of systemd and named networks are what is asked of the rest. */
export const engines: readonly Engine[] = [
  docker,
  podman,
  cri,
  containerd,
  lxc,
  nspawn,
  flatpak,
  bubblewrap,
  firejail,
  chromium,
  mininet,
];

/**
 * Which workloads (containers, sandboxes, units, named networks) the processes of a snapshot are of, by the signs of each engine.
 * @param snapshot - with the command lines and cgroups of all processes
 * @param witness - tells whose word their signs are: this host, which the snapshot is of, where nothing else is given
 */
export function findWorkloads(snapshot: Snapshot, witness: Witness = new HostWitness(snapshot)): FoundWorkloads {
  return readWorkloads(snapshot, engines, systemd, witness);
}
