// Which network namespaces did ip(8) name? The files in /run/netns: ip-netns(8).
import { readDirectory, readIdentity, readNsfsDevice } from '../kernel/files.ts';
import { isKnown } from '../model/known.ts';
import type { Source, SourceContext } from './source.ts';

const directory = '/run/netns';

export const netnsNames: Source = {
  name: 'netns-names',
  question: 'which network namespaces did ip netns name?',
  run(context: SourceContext): void {
    const names = readDirectory(directory);
    if (!isKnown(names)) {
      if (names.unknown !== 'gone') context.refused('the names of ip netns', names.errno ?? '', directory);
      return;
    }
    const nsfsDevice = readNsfsDevice();
    for (const name of names) {
      context.asked();
      const path = `${directory}/${name}`;
      const identity = readIdentity(path);
      if (!isKnown(identity)) context.refused('a name of ip netns', identity.errno ?? '', path);
      // A file on which nothing is mounted (any more) leads to no namespace.
      else if (identity.dev === nsfsDevice)
        context.emit({ fact: 'name', type: 'net', inode: identity.inode, name: { kind: 'ip-netns', name, path } });
    }
  },
};
