// The containers of Docker: cgroups "docker/ID" and "docker-ID.scope" (moby daemon/oci_linux.go), the shim's namespace
// "moby", and DATA-ROOT/containers/ID/config.v2.json (moby container/container.go), which root alone may read.

import { readWord, readWords } from '../names/json-fields.ts';
import { readKubernetesName } from '../names/kubernetes-names.ts';
import {
  type Claim,
  containerId,
  type Engine,
  listWords,
  readOption,
  type StateReader,
  type WorkloadDraft,
} from '../signs/engine.ts';
import { isShim, readShim } from './shim.ts';

function claim(id: string): Claim {
  return { engine: 'docker', kind: 'container', id };
}

export const docker: Engine = {
  name: 'docker',
  isProgram: isShim,
  readCgroup(part, before) {
    const id = /^docker-([0-9a-f]{64})\.scope$/.exec(part)?.[1];
    if (id !== undefined) return claim(id);
    return containerId.test(part) && before.at(-1) === 'docker' ? claim(part) : undefined;
  },
  readMonitor(process, words) {
    const shim = readShim(process, words);
    return shim?.namespace === 'moby' && containerId.test(shim.id) ? claim(shim.id) : undefined;
  },
  learn(drafts, reader) {
    const roots = listDataRoots(reader);
    for (const draft of drafts) roots.some((root) => learnFrom(draft, `${root}/containers/${draft.id}`, reader));
  },
};

/** dockerd, by which Docker's daemon goes since 1.12. */
function isDaemon(name: string): boolean {
  return name === 'dockerd';
}

/** Where dockerd keeps containers: as its command line or its configuration says, else the usual place. */
function listDataRoots(reader: StateReader): readonly string[] {
  const roots = new Set<string>();
  for (const process of reader.processes) {
    if (process.comm !== 'dockerd' || !reader.trusts(process, isDaemon)) continue;
    const words = listWords(process);
    const file = readOption(words, '--config-file') ?? '/etc/docker/daemon.json';
    const root = readOption(words, '--data-root', '-g', '--graph') ?? readWord(reader.readJson(file), 'data-root');
    if (root?.startsWith('/')) roots.add(root.replace(/\/+$/, ''));
  }
  return [...roots, '/var/lib/docker'];
}

function learnFrom(draft: WorkloadDraft, directory: string, reader: StateReader): boolean {
  const file = `${directory}/config.v2.json`;
  const config = reader.readJson(file);
  if (readWord(config, 'ID') !== draft.id) return false;
  const name = readWord(config, 'Name')?.replace(/^\//, '');
  draft.labels = readWords(config, 'Config', 'Labels');
  draft.name = (name && readKubernetesName(name)) ?? name;
  draft.image = readWord(config, 'Config', 'Image');
  draft.project = draft.labels?.['com.docker.compose.project'];
  draft.evidence.push({ by: 'state', text: file });
  return true;
}
