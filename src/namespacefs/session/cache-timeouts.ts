// For how long may the kernel cache a name (entry_valid of struct fuse_entry_out) and what stat(2) says (attr_valid)? Pure. It
// asks for nothing that it has cached, and a walk is that much faster.
import type { KnownNode } from './node-table.ts';

interface CacheTimeouts {
  readonly entryTimeoutMs: number;
  readonly attributesTimeoutMs: number;
}

const alwaysMs = 3_600_000;
/** The kernel drops the directory of a namespace when its end is announced: this is for where that fails. */
const namespaceNameMs = 1000;
/** Owner and mode stay. The number of links changes with an announcement, of which the kernel takes note. */
const namespaceAttributesMs = 10_000;

/** @param delayMs - how old the state may be that is shown */
export function chooseCacheTimeouts({ node, path }: KnownNode, delayMs: number): CacheTimeouts {
  // Under its number a file never has another text.
  if (node.kind === 'file') return { entryTimeoutMs: delayMs, attributesTimeoutMs: alwaysMs };
  if (node.kind !== 'directory') return { entryTimeoutMs: delayMs, attributesTimeoutMs: delayMs };
  if (node.namespace) return { entryTimeoutMs: namespaceNameMs, attributesTimeoutMs: namespaceAttributesMs };
  if (path.length > 1) return { entryTimeoutMs: delayMs, attributesTimeoutMs: delayMs };
  // Those at the top, and the root, are always there; of links nothing is announced.
  const holdsLinks = path[0]?.startsWith('by-') === true;
  return { entryTimeoutMs: alwaysMs, attributesTimeoutMs: holdsLinks ? delayMs : namespaceAttributesMs };
}
