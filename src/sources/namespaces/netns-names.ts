// The network namespaces that ip(8) named. The files in /run/netns: ip-netns(8).
import { readNetnsFiles } from '../../kernel/nsfs/netns-names.ts';
import { limits } from '../../model/facts/limits.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { netnsDirectory } from '../../model/snapshot/namespace-types.ts';
import type { Source } from '../contract/source.ts';

export const netnsNames: Source<never> = {
  name: 'netns-names',
  question: 'which network namespaces did ip netns name?',
  run(_, report) {
    const found = readNetnsFiles();
    if (!isKnown(found)) {
      if (found.unknown === 'gone') return;
      report.refused('the names of ip netns', found.errno ?? '', netnsDirectory);
      if (found.errno === 'ETIMEDOUT') report.limit(limits.namesSilent(found.detail ?? ''));
      return;
    }
    for (const { path, named } of found.files) {
      report.asked();
      if (isKnown(named)) report.emit({ fact: 'name', ...named });
      // A file on which nothing is mounted (any more) leads to no namespace.
      else if (named.errno !== 'ENOTTY') report.refused('a name of ip netns', named.errno ?? '', path);
    }
    if (found.cut) report.limit(limits.namesCut(netnsDirectory, found.files.length));
  },
};
