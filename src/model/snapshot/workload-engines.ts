// What runs workloads: the words that stand before the colon of docker:web.

/** Container engines, sandboxes, networks and the service manager, in the order in which listings show them. */
export const workloadEngines = [
  'docker',
  'podman',
  'containerd',
  'cri',
  'lxc',
  'nspawn',
  'flatpak',
  'bubblewrap',
  'firejail',
  'chromium',
  'mininet',
  'openstack',
  'netns',
  'systemd',
] as const;

/** The word before the colon of a workload: `docker` of `docker:web`. */
export type WorkloadEngine = (typeof workloadEngines)[number];

/** A container has a file system of its own, a machine boots, a sandbox wraps a program, a network is a named one. */
export const workloadKinds = ['container', 'machine', 'sandbox', 'network', 'unit'] as const;

/** What kind of thing a workload is. */
export type WorkloadKind = (typeof workloadKinds)[number];
