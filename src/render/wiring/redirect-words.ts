// Rules that change the destination of packets, in words: "tcp own:8080", "172.17.0.2:80", "docker:web (net:[4026532992])".
import type { Wiring } from '../../analysis/wiring/net-rows.ts';
import type { LedRedirect } from '../../analysis/wiring/redirects.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Redirect } from '../../model/snapshot/schema.ts';
import { nameNetwork } from './network-words.ts';

/** Which packets it takes: those to any address, to those of the namespace itself ("own"), or to some. */
export function describeTaken({ protocol, family, own, addresses, ports }: Redirect): string {
  const any = own ? 'own' : 'any';
  const hosts = addresses?.map((address) => bracket(address, ports !== undefined)).join(' ') ?? any;
  const words = [protocol ?? 'all', ...(addresses === undefined && family === 6 ? ['ip6'] : [])];
  return `${words.join(' ')} ${hosts}${ports === undefined ? '' : `:${ports.join(',')}`}`;
}

/** Where they go instead. */
export function describeDestination({ to, addresses, own }: Redirect): string {
  const kept = own ? 'own' : (addresses?.join(' ') ?? 'the same address');
  const host = to.own ? 'own' : (to.address ?? (to.computed ? 'a computed address' : kept));
  return to.port === undefined ? host : `${bracket(host, true)}:${to.port}`;
}

/** What else must be so; what is not understood is named. */
export function describeConditions({ hooks, own, addresses, conditions, others }: Redirect): readonly string[] {
  return [
    ...(hooks.includes('prerouting') ? [] : ['sent from there']),
    ...(own && addresses ? ['to an own address'] : []),
    ...conditions,
    ...(others.length > 0 ? [`other conditions: ${others.join(', ')}`] : []),
  ];
}

/** Whose the network namespaces are that it leads to; not yet safe for a terminal. */
export function describeEnds({ ends, redirect, network }: LedRedirect, wiring: Wiring): readonly string[] {
  if (ends.length === 0) return [redirect.to.computed ? 'not known' : 'no namespace that was seen'];
  return ends.map((end) => {
    const name = `${nameNetwork(wiring, end.network.inode)} (${formatNamespace('net', end.network.inode)})`;
    return end.network === network ? 'itself' : end.isSure ? name : `perhaps ${name}`;
  });
}

/** An address of IPv6 before a port. */
function bracket(host: string, hasPort: boolean): string {
  return hasPort && host.includes(':') ? `[${host}]` : host;
}
