// How long may the kernel take a name, and what stat(2) says, for what they are? Pure. What it may keep it asks no more for,
// and a walk is that much faster.
import type { KnownNode } from './node-table.ts';

export interface Validity {
  readonly nameValidMs: number;
  readonly attributesValidMs: number;
}

const alwaysMs = 3_600_000;
/** The kernel drops the directory of a namespace when its end is announced: this is for where that fails. */
const namespaceNameMs = 1000;
/** Owner and mode stay. The number of links changes with an announcement, of which the kernel takes note. */
const namespaceAttributesMs = 10_000;

/** @param delayMs - how old the state may be that is shown */
export function measureValidity({ node, path }: KnownNode, delayMs: number): Validity {
  // Under its number a file never has another text.
  if (node.kind === 'file') return { nameValidMs: delayMs, attributesValidMs: alwaysMs };
  if (node.kind !== 'directory') return { nameValidMs: delayMs, attributesValidMs: delayMs };
  if (node.namespace) return { nameValidMs: namespaceNameMs, attributesValidMs: namespaceAttributesMs };
  if (path.length > 1) return { nameValidMs: delayMs, attributesValidMs: delayMs };
  // Those at the top, and the root, are always there; of links nothing is announced.
  const holdsLinks = path[0]?.startsWith('by-') === true;
  return { nameValidMs: alwaysMs, attributesValidMs: holdsLinks ? delayMs : namespaceAttributesMs };
}
