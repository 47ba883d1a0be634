// How network namespaces are called.
import type { Wiring } from '../../analysis/wiring/net-rows.ts';
import { markGroup } from '../words/group-names.ts';

/** Whose a network namespace is: "this host", "docker:web", "process 812"; not yet safe for a terminal. */
export function nameNetwork(wiring: Wiring, inode: number): string {
  const home = wiring.homeOf(inode);
  const namespace = wiring.namespaceOf(inode);
  if (!home || !namespace) return 'not seen';
  const name = markGroup({ home, namespaces: [namespace] });
  return home.kind === 'process' ? `${name} (${home.process.comm})` : name;
}
