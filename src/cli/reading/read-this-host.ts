// The snapshot of a reading verb where this host is meant. A file of its own in the bundle, which the verbs share.
import { collectNamespaces } from '../../collect/collect-namespaces.ts';
import type { BpfProgram } from '../../kernel/bpf/programs.ts';
import { prepareBpf } from '../../kernel/bpf/run.ts';
import { prepareScan } from '../../kernel/proc/prepared-scan.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import type { Wanted } from '../../model/snapshot/wanted.ts';
import type { PreparedReading } from '../table/verb-module.ts';

/**
 * @param prepared - what of it has begun
 * @throws NoProcError
 */
export function readThisHost(wanted: Wanted, { bpf, scan }: PreparedReading = {}): Snapshot {
  if (wanted.bpf) prepareBpf(listPrograms(wanted), bpf);
  if (scan) prepareScan(scan);
  return collectNamespaces(wanted);
}

/** What will surely be read: loading goes on beside what is read first. */
function listPrograms({ holders, mappings }: Wanted): readonly BpfProgram[] {
  return [
    'tasks',
    ...(holders === false ? [] : (['namespaces'] as const)),
    ...(holders === true ? (['files', 'queues', 'superblocks', 'paths'] as const) : []),
    ...(holders === true && mappings ? (['mappings'] as const) : []),
  ];
}
