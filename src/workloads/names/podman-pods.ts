// The names of the pods of Podman. Neither the host name of a pod (pod create --hostname) nor its infra container
// (--infra-name, --infra=false) says it. The database has each pod as JSON that begins with its id and its name: podman
// libpod/pod.go PodConfig, in GRAPHROOT/db.sql, before Podman 4.8 in GRAPHROOT/libpod/bolt_state.db. A container
// without an infra container has the id of its pod in config.json: podman pkg/annotations SandboxID.
import type { StateReader, WorkloadDraft } from '../signs/engine.ts';
import { readWord } from './json-fields.ts';

/**
 * Gives pods their names where they can be read, in place of the ids.
 * @param storage - the directory of the containers: "…/storage/overlay-containers"
 */
export function namePods(storage: string, drafts: readonly WorkloadDraft[], reader: StateReader): void {
  const root = storage.slice(0, storage.lastIndexOf('/'));
  const names = new Map<string, string | undefined>();
  const read = (id: string) => {
    if (!names.has(id)) names.set(id, readName(root, id, reader));
    return names.get(id);
  };
  for (const draft of drafts) {
    if (draft.pod !== undefined) draft.pod = read(draft.pod) ?? draft.pod;
    else {
      const config = reader.readJson(`${storage}/${draft.id}/userdata/config.json`);
      // With an infra container it is the id of that one.
      const sandbox = readWord(config, 'annotations', 'io.kubernetes.cri-o.SandboxID');
      if (sandbox !== undefined && /^[0-9a-f]{64}$/.test(sandbox)) draft.pod = read(sandbox);
    }
  }
}

/** Quotes inside of the texts that JSON holds have a backslash before them: nothing in a label looks like this. */
function readName(root: string, id: string, reader: StateReader): string | undefined {
  const beginning = `{"id":"${id}","name":"`;
  for (const file of [`${root}/db.sql`, `${root}/libpod/bolt_state.db`]) {
    const text = reader.readText(file) ?? '';
    const at = text.indexOf(beginning);
    const name = /^[\w.-]+(?=")/.exec(text.slice(at + beginning.length).slice(0, 256))?.[0];
    if (at >= 0 && name !== undefined) return name;
  }
  return undefined;
}
