// Which network namespaces did ip(8) name? The files in /run/netns: ip-netns(8).
import { readNetnsFiles } from '../kernel/nsfs/netns-names.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { netnsDirectory } from '../model/snapshot/namespace-types.ts';
import type { Source, SourceContext } from './source.ts';

export const netnsNames: Source = {
  name: 'netns-names',
  question: 'which network namespaces did ip netns name?',
  run(context: SourceContext): void {
    const found = readNetnsFiles();
    if (!isKnown(found)) {
      if (found.unknown === 'gone') return;
      context.refused('the names of ip netns', found.errno ?? '', netnsDirectory);
      if (found.errno === 'ETIMEDOUT') context.limit(`${found.detail}: names of ip netns were not read`);
      return;
    }
    for (const { path, named } of found.files) {
      context.asked();
      if (isKnown(named)) context.emit({ fact: 'name', ...named });
      // A file on which nothing is mounted (any more) leads to no namespace.
      else if (named.errno !== 'ENOTTY') context.refused('a name of ip netns', named.errno ?? '', path);
    }
    if (found.cut)
      context.limit(`${netnsDirectory} has more than ${found.files.length} names: the others were not read`);
  },
};
