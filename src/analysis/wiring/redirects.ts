// Where rules lead that change the destination of packets (DNAT, REDIRECT): to which network namespace, and to which sockets.
import { isKnown } from '../../model/snapshot/known.ts';
import type { ListeningSocket, Network, Redirect } from '../../model/snapshot/schema.ts';
import { type AddressRange, overlap, parseAddressRange, parseRuleRange } from './addresses.ts';
import { Segments } from './segments.ts';
import type { WiredLink } from './wires.ts';

export interface RedirectEnd {
  readonly network: Network;
  /** By routes and wires that were seen; else it only has the address. */
  readonly isSure: boolean;
  /** That take what comes to it there. */
  readonly sockets: readonly ListeningSocket[];
}

/** A rule, and where it leads. */
export interface LedRedirect {
  readonly redirect: Redirect;
  /** Where the rule is. */
  readonly network: Network;
  /** None: no network namespace whose addresses are known has that address. */
  readonly ends: readonly RedirectEnd[];
}

/** The rules of all networks, in their order. */
export function followRedirects(networks: readonly Network[], wired: readonly WiredLink[]): readonly LedRedirect[] {
  const segments = new Segments(networks, wired);
  return networks.flatMap((network) =>
    network.redirects && isKnown(network.redirects)
      ? network.redirects.list.map((redirect) => ({
          redirect,
          network,
          ends: findEnds(network, redirect, segments),
        }))
      : [],
  );
}

function findEnds(network: Network, redirect: Redirect, segments: Segments): readonly RedirectEnd[] {
  const { to } = redirect;
  if (to.own) return [{ network, isSure: true, sockets: findSockets(network, redirect, undefined) }];
  if (to.computed && to.address === undefined) return [];
  if (to.address === undefined && redirect.own)
    return [{ network, isSure: true, sockets: findSockets(network, redirect, undefined) }];
  const texts = to.address === undefined ? (redirect.addresses ?? []) : [to.address];
  return texts.flatMap((text) => {
    const range = parseRuleRange(text);
    if (!range) return [];
    // Of a range the kernel chooses one, which may be of anybody or nobody.
    const reached = range.first === range.last ? segments.listReached(network, range) : [];
    const places = reached.length > 0 ? reached : segments.listWith(range);
    const found = [...new Set(places.map((place) => place.network))];
    return found.map((one) => ({
      network: one,
      isSure: reached.length > 0,
      sockets: findSockets(one, redirect, range),
    }));
  });
}

/** Sockets at the address and port that packets then have. */
function findSockets({ listening }: Network, redirect: Redirect, range: AddressRange | undefined) {
  if (!isKnown(listening)) return [];
  return listening.filter(
    ({ protocol, address, port }) =>
      (redirect.protocol === undefined || redirect.protocol.split(' ').includes(protocol)) &&
      takesPort(redirect, port) &&
      isFor(address, range, redirect.family) &&
      (redirect.to.own !== true || isOwnFor(address, redirect.hooks)),
  );
}

function isFor(address: string, range: AddressRange | undefined, family: Redirect['family']): boolean {
  if (address === '::') return true;
  if (address === '0.0.0.0') return (range?.family ?? family ?? 4) === 4;
  const own = parseSocketAddress(address);
  if (range === undefined) return family === undefined || own === undefined || own.family === family;
  return own !== undefined && overlap(own, range);
}

/** An address of IPv4 at which a socket of IPv6 listens is one of IPv4. */
function parseSocketAddress(address: string): AddressRange | undefined {
  return parseAddressRange(address.replace(/^::ffff:(?=\d+\.)/, ''));
}

/**
 * REDIRECT sends what comes by a link to an address of that link, and what the namespace itself sends to its loopback
 * address: nf_nat_redirect.c
 */
function isOwnFor(address: string, hooks: Redirect['hooks']): boolean {
  const own = parseSocketAddress(address);
  if (own === undefined || address === '::' || address === '0.0.0.0') return true;
  return hooks.includes(loopbacks.some((range) => overlap(range, own)) ? 'output' : 'prerouting');
}

const loopbacks: readonly AddressRange[] = [
  { family: 4, first: 0x7f000000n, last: 0x7fffffffn },
  { family: 6, first: 1n, last: 1n },
];

function takesPort({ ports, to }: Redirect, port: number): boolean {
  if (to.port !== undefined) return isWithin(port, to.port);
  return !to.computed && (ports === undefined || ports.some((text) => isWithin(port, text)));
}

/** Whether a rule takes packets to a port, or sends some there. */
export function concernsPort(redirect: Redirect, port: number, protocol: string | undefined): boolean {
  if (protocol !== undefined && redirect.protocol !== undefined && !redirect.protocol.split(' ').includes(protocol))
    return false;
  const { ports, to } = redirect;
  return (
    ports === undefined ||
    ports.some((text) => isWithin(port, text)) ||
    (to.port !== undefined && isWithin(port, to.port))
  );
}

/** Whether a rule names an address: takes packets to it, or sends some there. */
export function concernsAddress({ addresses = [], to }: Redirect, range: AddressRange): boolean {
  return [...addresses, ...(to.address === undefined ? [] : [to.address])].some((text) => {
    const own = parseRuleRange(text);
    return own !== undefined && overlap(own, range);
  });
}

/** "80", "80-90" */
function isWithin(port: number, text: string): boolean {
  const [first = '', last = first] = text.split('-');
  return Number(first) <= port && port <= Number(last);
}
