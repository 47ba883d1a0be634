// The engines, and the workloads of a snapshot.

import type { Snapshot } from '../model/schema.ts';
import type { Witness } from './authority.ts';
import { bubblewrap, firejail } from './bubblewrap.ts';
import { chromium } from './chromium.ts';
import { containerd } from './containerd.ts';
import { cri } from './cri.ts';
import { docker } from './docker.ts';
import type { Engine } from './engine.ts';
import { flatpak } from './flatpak.ts';
import { HostWitness } from './host-witness.ts';
import { lxc } from './lxc.ts';
import { mininet } from './mininet.ts';
import { nspawn } from './nspawn.ts';
import { podman } from './podman.ts';
import { type FoundWorkloads, readWorkloads } from './read-workloads.ts';
import { systemd } from './systemd.ts';

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
 * @param snapshot - with the command lines and cgroups of all processes
 * @param witness - tells whose word their signs are: this host, which the snapshot is of, where nothing else is given
 */
export function findWorkloads(snapshot: Snapshot, witness: Witness = new HostWitness(snapshot)): FoundWorkloads {
  return readWorkloads(snapshot, engines, systemd, witness);
}
