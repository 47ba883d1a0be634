// The workload that a network namespace is which ip netns named, and which no engine has. Its name says whether
// OpenStack's agents made it: neutron neutron/agent/linux/dhcp.py NS_PREFIX, l3/namespaces.py, metadata/agent.py.
import { readShapedLink } from '../../kernel/files/shaped-files.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process, Snapshot } from '../../model/snapshot/schema.ts';
import { trusted, unknownAuthority } from '../signs/authority.ts';
import type { WorkloadDraft } from '../signs/engine.ts';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const openstack = new RegExp(`^(?:qdhcp|qrouter|snat|fip|ovnmeta|qlbaas)-${uuid}`);
/** Those that CNI plugins and Podman name for containers, which are told by their engine as long as one runs. */
const engines = new RegExp(`^(?:cni|netns)-${uuid}$`);

interface NamedNetwork {
  readonly draft: WorkloadDraft;
  readonly inode: number;
  /** All processes in it, those of other workloads too. */
  readonly inside: readonly Process[];
}

/**
 * What a user says of his processes takes them out of no network.
 * @param drafts - what was recognized; processes in a unit are moved to the network that they are in
 */
export function findNamedNetworks(snapshot: Snapshot, drafts: readonly WorkloadDraft[]): readonly NamedNetwork[] {
  const claimed = new Map<number, WorkloadDraft>();
  for (const draft of drafts) if (draft.kind !== 'unit') for (const { pid } of draft.members) claimed.set(pid, draft);
  const networks: NamedNetwork[] = [];
  for (const { type, inode, names, initial } of snapshot.namespaces) {
    const name = names.find(({ kind }) => kind === 'ip-netns');
    if (type !== 'net' || name === undefined || initial === true || engines.test(name.name)) continue;
    const inside = snapshot.processes.filter(
      ({ pid, tid, namespaces }) => pid === tid && isKnown(namespaces.net) && namespaces.net === inode,
    );
    const members = inside.filter(({ pid }) => !claimed.has(pid));
    const isEngines = ({ pid }: Process) => claimed.get(pid)?.authority.uid === undefined;
    if (inside.length > 0 && members.length === 0 && inside.every(isEngines)) continue;
    for (const draft of drafts) {
      if (draft.kind !== 'unit') continue;
      for (const member of members) {
        const at = draft.members.indexOf(member);
        if (at >= 0) draft.members.splice(at, 1);
      }
    }
    const draft: WorkloadDraft = {
      engine: openstack.test(name.name) ? 'openstack' : 'netns',
      kind: 'network',
      id: name.name,
      // A link to /proc/PID/ns/net, as some make by hand, leads to whoever has that PID now.
      authority: isKnown(readShapedLink({ path: name.path, links: 'directories' })) ? unknownAuthority : trusted,
      name: name.name,
      image: undefined,
      labels: undefined,
      pod: undefined,
      project: undefined,
      outer: undefined,
      members,
      monitors: [],
      evidence: [{ by: 'name', text: name.path }],
    };
    networks.push({ draft, inode, inside });
  }
  return networks;
}
