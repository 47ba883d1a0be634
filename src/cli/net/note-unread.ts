// What of network namespaces could not be read, as remarks.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Network } from '../../model/snapshot/schema.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';

/** Of which of those that were asked about the links are not known. */
export function noteUnread(networks: readonly Network[], options: OptionValues): void {
  const unread = networks.flatMap(({ inode, links }) => (isKnown(links) ? [] : [{ inode, links }]));
  const [first] = unread;
  if (!first) return;
  const which = unread.length === 1 ? formatNamespace('net', first.inode) : countNetworks(unread.length);
  writeRemark(`the links of ${which} could not be read: ${formatUnknown(first.links)}`, options);
}

/** Of which of those whose links are known the rules are not: they may send packets anywhere. */
export function noteUnreadRules(networks: readonly Network[], options: OptionValues): void {
  const unread = networks.flatMap(({ inode, links, redirects }) =>
    isKnown(links) && redirects && !isKnown(redirects) ? [{ inode, redirects }] : [],
  );
  const [first] = unread;
  if (first) {
    const which = unread.length === 1 ? formatNamespace('net', first.inode) : countNetworks(unread.length);
    writeRemark(
      `the rules that send packets elsewhere of ${which} could not be read: ${formatUnknown(first.redirects)}`,
      options,
    );
  }
  if (networks.some(({ redirects }) => redirects === undefined))
    writeRemark('the snapshot has no rules that send packets elsewhere: an older nscope took it', options);
  for (const { inode, redirects } of networks)
    if (redirects && isKnown(redirects) && redirects.cut)
      writeRemark(
        `${formatNamespace('net', inode)} has more rules that send packets elsewhere than were followed`,
        options,
      );
}

export function countNetworks(count: number): string {
  return count === 1 ? 'one network namespace' : `${count} network namespaces`;
}
