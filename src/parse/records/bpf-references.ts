// The records of bpf/proxies.bpf.c and bpf/references.bpf.c: what has references of namespaces.
import type { ReferringFile, SharedNamespaces } from '../../model/evidence/references.ts';
import { countRecords } from './bpf-words.ts';
import { layOut } from './layout.ts';
import { RecordReader } from './record-reader.ts';

const members = 7;

export const proxyLayout = layOut('struct record of bpf/proxies.bpf.c', {
  proxy: 'u64',
  ids: ['u64', members],
  count: 'u32',
  tgid: 'u32',
  pid: 'u32',
  pad: 'u32',
});

/** Decodes what readBpfProxies gives: a record for each thread. */
export function parseBpfProxies(bytes: Uint8Array): SharedNamespaces[] {
  const record = new RecordReader(bytes);
  const { word } = proxyLayout;
  return Array.from({ length: countRecords(bytes, proxyLayout) }, (_, index) => {
    record.goTo(index * proxyLayout.words);
    return {
      proxy: record.u64(word.proxy),
      ids: record.u64s(word.ids, members),
      users: record.u32(word.count),
      pid: record.u32(word.tgid),
      tid: record.u32(word.pid),
    };
  });
}

/** The numbers of `enum kind` in bpf/references.bpf.c. */
const kinds = [undefined, 'inode', 'socket', 'proc-file', 'cgroup-file', 'fs-context'] as const;

export const referenceLayout = layOut('struct record of bpf/references.bpf.c', {
  id: 'u64',
  object: 'u64',
  file: 'u64',
  table: 'u64',
  peer: 'u64',
  kind: 'u32',
  references: 'u32',
  tgid: 'u32',
  pid: 'u32',
  fd: 'u32',
  keepers: 'u32',
});

/** Decodes what readBpfReferences gives: a record for each descriptor and each namespace that its file refers to. */
export function parseBpfReferences(bytes: Uint8Array): ReferringFile[] {
  const record = new RecordReader(bytes);
  const records: ReferringFile[] = [];
  const count = countRecords(bytes, referenceLayout);
  const { word } = referenceLayout;
  for (let index = 0; index < count; index++) {
    record.goTo(index * referenceLayout.words);
    const kind = kinds[record.u32(word.kind)];
    if (kind === undefined) continue;
    records.push({
      id: record.u64(word.id),
      kind,
      object: record.u64(word.object),
      file: record.u64(word.file),
      table: record.u64(word.table),
      users: record.u32(word.references),
      pid: record.u32(word.tgid),
      fd: record.u32(word.fd),
      peer: record.u64(word.peer),
      keepers: record.u32(word.keepers),
    });
  }
  return records;
}
