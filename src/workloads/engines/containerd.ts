// The containers that containerd runs by itself (ctr, nerdctl). The shim's command line has namespace and id, and
// STATE/io.containerd.runtime.v2.task/NAMESPACE/ID is the shim's working directory, with the container's config.json:
// containerd's core/runtime/v2/README.md. Cgroups are "NAMESPACE/ID", which by itself says nothing.
import { isKnown } from '../../model/snapshot/known.ts';
import { readWord, readWords } from '../names/json-fields.ts';
import { type Engine, listWords, type StateReader, type WorkloadDraft } from '../signs/engine.ts';
import { isShim, readShim } from './shim.ts';

export const containerd: Engine = {
  name: 'containerd',
  isProgram: isShim,
  readMonitor(process, words) {
    const shim = readShim(process, words);
    if (!shim || shim.namespace === 'moby' || shim.namespace === 'k8s.io') return undefined;
    const { namespace, id } = shim;
    return {
      engine: 'containerd',
      kind: 'container',
      id: `${namespace}/${id}`,
      name: namespace === 'default' ? id : `${namespace}/${id}`,
    };
  },
  learn(drafts, reader) {
    for (const draft of drafts) {
      const file = findTask(draft, reader);
      const config = file === undefined ? undefined : reader.readJson(file);
      if (file === undefined || config === undefined) continue;
      draft.labels = readWords(config, 'annotations');
      const name = draft.labels?.['nerdctl/name'];
      const namespace = draft.id.slice(0, draft.id.indexOf('/'));
      if (name !== undefined) draft.name = namespace === 'default' ? name : `${namespace}/${name}`;
      draft.image = readWord(config, 'annotations', 'nerdctl/image') ?? draft.image;
      draft.evidence.push({ by: 'state', text: file });
    }
  },
};

/** The config.json of a task: in the place that the shim's socket address hints at. */
export function findTask(draft: WorkloadDraft, reader: StateReader, id = draft.id): string | undefined {
  for (const shim of draft.monitors) {
    if (!reader.trusts(shim, isShim)) continue;
    const directory = reader.readLink(`/proc/${shim.pid}/cwd`);
    const place = isKnown(directory)
      ? /^(\/.*\/io\.containerd\.runtime\.v2\.task)\/[^/]+\/[^/]+$/.exec(directory)
      : undefined;
    const namespace = readShim(shim, listWords(shim))?.namespace;
    const name = id.startsWith(`${namespace}/`) ? id.slice((namespace?.length ?? 0) + 1) : id;
    if (place?.[1] !== undefined && !name.includes('/')) return `${place[1]}/${namespace}/${name}/config.json`;
  }
  return undefined;
}
