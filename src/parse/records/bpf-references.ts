// The records of bpf/proxies.bpf.c and bpf/references.bpf.c: what has references of namespaces.
import type { ReferringFile, SharedNamespaces } from '../../model/evidence/references.ts';
import { countRecords, viewLongWords, viewWords } from './bpf-words.ts';

const proxyBytes = 80;
const members = 7;

/** Decodes what readBpfProxies gives: a record for each thread. */
export function parseBpfProxies(bytes: Uint8Array): SharedNamespaces[] {
  const words = viewWords(bytes);
  const longWords = viewLongWords(bytes);
  return Array.from({ length: countRecords(bytes, proxyBytes) }, (_, record) => {
    const at = (index: number): number => words[record * 20 + index] as number;
    const first = record * 10;
    return {
      proxy: longWords[first] as bigint,
      ids: [...longWords.subarray(first + 1, first + 1 + members)],
      users: at(16),
      pid: at(17),
      tid: at(18),
    };
  });
}

/** The numbers of `enum kind` in bpf/references.bpf.c. */
const kinds = [undefined, 'inode', 'socket', 'proc-file', 'cgroup-file', 'fs-context'] as const;

const referenceBytes = 64;

/** Decodes what readBpfReferences gives: a record for each descriptor and each namespace that its file refers to. */
export function parseBpfReferences(bytes: Uint8Array): ReferringFile[] {
  const words = viewWords(bytes);
  const longWords = viewLongWords(bytes);
  const records: ReferringFile[] = [];
  for (let record = 0; record < countRecords(bytes, referenceBytes); record++) {
    const at = (index: number): number => words[record * 16 + index] as number;
    const longAt = (index: number): bigint => longWords[record * 8 + index] as bigint;
    const kind = kinds[at(10)];
    if (kind === undefined) continue;
    records.push({
      id: longAt(0),
      kind,
      object: longAt(1),
      file: longAt(2),
      table: longAt(3),
      users: at(11),
      pid: at(12),
      fd: at(14),
      peer: longAt(4),
      keepers: at(15),
    });
  }
  return records;
}
