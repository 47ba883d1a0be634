// Whether anything changed in what holds namespaces. A hash over the kernel's open files and super blocks as BPF gives
// them, far cheaper than a snapshot.
import { createHash } from 'node:crypto';
import { listLasting } from '../../parse/records/bpf-files.ts';
import { readBpfFiles, readBpfQueues, readBpfSuperblocks } from './run.ts';

/** Equal where nothing changed; undefined where BPF does not read them. */
export function readFingerprints(): string | undefined {
  const hash = createHash('sha1');
  const [files, superblocks, queues] = [readBpfFiles(), readBpfSuperblocks(), readBpfQueues()];
  if ('refused' in files || 'refused' in superblocks) return undefined;
  hash.update(superblocks.bytes);
  for (const record of listLasting(files.bytes)) hash.update(record);
  if (!('refused' in queues)) hash.update(queues.bytes);
  return hash.digest('hex');
}
