// The processes in the hosts of mininet. Its shells have "mininet:NAME" as their last word: mininet mininet/node.py.
// Switches and controllers run in the network namespace of the machine, not in that of a host. It is the word of mn,
// which starts them as the user that it is.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Engine } from '../signs/engine.ts';

export const mininet: Engine = {
  name: 'mininet',
  isProgram: (name) => /^python[\d.]*$/.test(name),
  readMember(process, words, find) {
    const name = /^mininet:(.+)$/.exec(words.at(-1) ?? '')?.[1];
    if (name === undefined) return undefined;
    const maker = find(process.ppid);
    const outside = maker?.namespaces.net;
    const { net } = process.namespaces;
    if (outside !== undefined && isKnown(outside) && outside === net) return undefined;
    return { engine: 'mininet', kind: 'network', id: name, name, ...(maker?.uid === process.uid ? { by: maker } : {}) };
  },
};
